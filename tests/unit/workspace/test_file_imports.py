import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import InvalidRequest, QuotaExceeded, StorageFull, SystemClock
from tuneport.store import Blobs, Database, FileRow, open_database
from tuneport.workspace import FileImports, Files, ImportRequest, PageRequest, StoredFile
from tuneport.workspace.fetching import fetch
from tuneport.workspace.file_imports import MAX_COMING, fail_interrupted_imports

CONTENT = b'{"messages": []}\n'


class _Web(BaseHTTPRequestHandler):
    """Answers by the path: the file, a redirect, an error, or the file in another coding."""

    def do_GET(self) -> None:
        status = {"/moved": 302, "/loop": 302, "/missing": 404}.get(self.path.partition("?")[0], 200)
        content = gzip.compress(CONTENT) if self.path == "/packed" else CONTENT
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/loop" if self.path == "/loop" else "/rows.jsonl")
        if self.path == "/packed":
            self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        # Before the content: who has that may look here at once.
        self.server.hosts_asked.append(self.headers["host"])
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Web)
    server.hosts_asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Desk:
    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, imports_from_private_addresses=True)
        self.database = open_database(self.settings.database)
        self.blobs = Blobs(self.settings.files)
        self.ended = threading.Event()
        self.files = Files(self.database.of_project(DEFAULT_PROJECT), self.blobs, self.settings, SystemClock())

    def start(self, url: str, **settings: object) -> StoredFile:
        database = self.database.of_project(DEFAULT_PROJECT)
        changed = replace(self.settings, **settings)
        imports = FileImports(database, self.blobs, changed, SystemClock(), self.ended.set)
        return imports.start(ImportRequest("rows.jsonl", "fine-tune", url))

    def fetched(self, url: str, **settings: object) -> StoredFile:
        self.ended.clear()
        file = self.start(url, **settings)
        assert self.ended.wait(60)
        return self.files.find(file.id)


@pytest.fixture
def desk(tmp_path: Path):
    desk = Desk(tmp_path / "home")
    yield desk
    desk.database.close()


class DatabaseOfAFullDisk:
    """Has room for the first record, and then for none, so many times."""

    def __init__(self, database: Database, *, n_full: int) -> None:
        self._database = database.of_project(DEFAULT_PROJECT)
        self._fullness = iter([False, *[True] * n_full])

    def write(self) -> AbstractContextManager[object]:
        if next(self._fullness, False):
            raise StorageFull("the disk is full.")
        return self._database.write()


def address(web: ThreadingHTTPServer, path: str) -> str:
    return f"http://localhost:{web.server_port}{path}"


@pytest.mark.parametrize("path", ["/rows.jsonl", "/moved", "/packed"])
def test_file_is_there_at_once_and_its_bytes_come(desk: Desk, web: ThreadingHTTPServer, path: str):
    started = desk.start(address(web, path))
    assert desk.ended.wait(60)
    file = desk.files.find(started.id)

    assert (started.status, started.n_bytes) == ("uploaded", 0)
    assert (file.status, file.status_details, file.n_bytes) == ("processed", None, len(CONTENT))
    assert desk.files.path(file.id).read_bytes() == CONTENT
    assert web.hosts_asked[-1] == f"localhost:{web.server_port}"


@pytest.mark.parametrize(
    ("path", "settings", "reason"),
    [
        ("/missing", {}, "answered 404"),
        ("/loop", {}, "more than 5 redirects"),
        ("/rows.jsonl", {"max_upload_bytes": 10}, "larger than 10 bytes"),
        ("/rows.jsonl", {"max_project_bytes": 10}, "would have over 10"),
        ("/rows.jsonl", {"imports_from_private_addresses": False}, "is an address of this machine"),
        ("/rows.jsonl", {"import_seconds": 0}, "did not come in time"),
    ],
)
def test_failed_import_says_why_and_keeps_no_bytes(desk: Desk, web: ThreadingHTTPServer, path, settings, reason):
    file = desk.fetched(address(web, f"{path}?sig=secret" if path == "/missing" else path), **settings)

    assert file.status == "error"
    assert reason in file.status_details
    assert "secret" not in file.status_details
    assert list(desk.settings.files.iterdir()) == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "[::1]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "2130706433",
    ],
)
def test_address_that_is_not_of_the_internet_is_not_asked(host: str):
    with pytest.raises(InvalidRequest, match="an address of this machine or its network"):
        list(fetch(f"http://{host}/x", may_be_private=False, seconds=1))


@pytest.mark.parametrize("url", ["ftp://example.com/x", "gopher://x", "rows.jsonl", "", "blob:x"])
def test_address_of_another_kind_is_refused_at_once(desk: Desk, url: str):
    with pytest.raises(InvalidRequest, match="http:// or https://"):
        desk.start(url)


def test_redirect_cannot_leave_the_web(monkeypatch: pytest.MonkeyPatch, web: ThreadingHTTPServer):
    monkeypatch.setattr(_Web, "do_GET", lambda self: _redirect(self, "file:///etc/hostname"))

    with pytest.raises(InvalidRequest, match="no address of the web"):
        list(fetch(address(web, "/x"), may_be_private=True, seconds=60))


def _redirect(request: _Web, target: str) -> None:
    request.send_response(302)
    request.send_header("location", target)
    request.send_header("content-length", "0")
    request.end_headers()


@pytest.mark.parametrize("spelling", ["{path}", "file://{path}"])
@pytest.mark.requirement("R3.6")
def test_file_of_the_machine_is_read_only_below_the_owner_s_folder(desk: Desk, tmp_path: Path, spelling: str):
    (tmp_path / "shared").mkdir()
    for path in (tmp_path / "rows.jsonl", tmp_path / "shared/rows.jsonl"):
        path.write_bytes(CONTENT)
    (tmp_path / "shared/link").symlink_to(tmp_path / "rows.jsonl")
    folder = {"import_folder": tmp_path / "shared"}

    inside = desk.fetched(spelling.format(path=tmp_path / "shared/rows.jsonl"), **folder)

    assert desk.files.path(inside.id).read_bytes() == CONTENT
    for outside in ("rows.jsonl", "shared/../rows.jsonl", "shared/link"):
        with pytest.raises(InvalidRequest, match="may not read"):
            desk.start(spelling.format(path=tmp_path / outside), **folder)
    with pytest.raises(InvalidRequest, match="import_folder"):
        desk.start(spelling.format(path=tmp_path / "shared/rows.jsonl"))


@pytest.mark.parametrize("url", ["file:///x%00y", "/x\0y", "file://host/x", "file:x", "file://", "//[/x"])
def test_strange_path_is_refused_at_once(desk: Desk, tmp_path: Path, url: str):
    with pytest.raises(InvalidRequest, match="may not read"):
        desk.start(url, import_folder=tmp_path)


@pytest.mark.parametrize("url", ["http://[", "http://", "http:x", "https://" + "a" * 70 + ".example/", "http://a:b/"])
def test_strange_address_fails_the_import_with_a_reason(desk: Desk, url: str):
    file = desk.fetched(url)

    assert file.status == "error"
    assert file.status_details.endswith(("Check the address and import again.", "Use http:// or https://."))


def test_file_that_was_deleted_while_it_came_leaves_nothing(desk: Desk, web: ThreadingHTTPServer):
    file = desk.start(address(web, "/rows.jsonl"))
    desk.files.delete(file.id)
    assert desk.ended.wait(60)

    deadline = time.monotonic() + 10
    while list(desk.settings.files.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_only_so_many_imports_of_a_project_are_under_way(desk: Desk, web: ThreadingHTTPServer):
    file = desk.fetched(address(web, "/rows.jsonl"))
    with desk.database.of_project(DEFAULT_PROJECT).write() as session:
        for number in range(MAX_COMING):
            values = {"created_at": 1, "filename": "a", "purpose": "fine-tune", "n_bytes": 0, "status": "uploaded"}
            session.add(FileRow(id=f"file-{number}", **values))

    with pytest.raises(QuotaExceeded, match="100 imports of this project are under way"):
        desk.start(address(web, "/rows.jsonl"))

    assert desk.files.list(PageRequest(limit=1000)).items[-1].id == file.id
    assert len(desk.files.list(PageRequest(limit=1000)).items) == MAX_COMING + 1


@pytest.mark.parametrize("path", ["/rows.jsonl", "/missing"])
def test_end_of_an_import_is_recorded_once_there_is_room(
    desk: Desk, web: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, path: str
):
    monkeypatch.setattr("tuneport.workspace.file_imports.RETRY_SECONDS", 0.01)
    writing = DatabaseOfAFullDisk(desk.database, n_full=3)
    imports = FileImports(writing, desk.blobs, desk.settings, SystemClock(), desk.ended.set)

    file = imports.start(ImportRequest("rows.jsonl", "fine-tune", address(web, path)))

    assert desk.ended.wait(60)
    assert desk.files.find(file.id).status == ("processed" if path == "/rows.jsonl" else "error")


@pytest.mark.parametrize("has_bytes", [False, True])
def test_import_that_its_server_left_has_failed(desk: Desk, web: ThreadingHTTPServer, has_bytes: bool):
    file = desk.fetched(address(web, "/rows.jsonl"))
    with desk.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE files SET status = 'uploaded' WHERE id = '{file.id}'")
    if not has_bytes:
        desk.blobs.delete(file.id)

    fail_interrupted_imports(desk.database, desk.blobs)

    assert desk.files.find(file.id).status == "error"
    assert "Import it again" in desk.files.find(file.id).status_details
    assert list(desk.settings.files.iterdir()) == []
