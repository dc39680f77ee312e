"""Requests as no client sends them, byte for byte, and what a refusal of them has to be."""

from __future__ import annotations

import http.client
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from server_process import PATIENCE_SECONDS, ServerProcess

AZURE = "?api-version=2024-10-21"
_OPENAI_FIELDS = {"message", "type", "param", "code"}
_AZURE_FIELDS = {"code", "message", "target", "details", "innererror"}


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes

    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = json.loads(self.content)["error"]
        return error


def send(
    server: ServerProcess, method: str, path: str, content: bytes = b"", headers: dict[str, str | bytes] | None = None
) -> Answer:
    """Send just these bytes: clients would mend some of them."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE_SECONDS)
    try:
        connection.putrequest(method, path, skip_host="host" in (headers or {}))
        for name, value in {**(headers or {}), "content-length": str(len(content))}.items():
            connection.putheader(name, value)
        connection.endheaders(content)
        response = connection.getresponse()
        return Answer(response.status, response.read())
    finally:
        connection.close()


def kept(server: ServerProcess) -> tuple[set[Path], dict[str, int]]:
    """Give the files that users have on disk, and how many records there are in each table."""
    folders = (server.home / name for name in ("files", "uploads", "runs", "batches"))
    with closing(sqlite3.connect(server.home / "tuneport.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        counts = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}, counts


def refused(server: ServerProcess, method: str, path: str, content: bytes = b"", **headers: str | bytes) -> Answer:
    """Send it, and check that it is refused as it should be."""
    before = kept(server)

    answer = send(server, method, path, content, {name.replace("_", "-"): value for name, value in headers.items()})

    assert 400 <= answer.status < 500, answer
    is_azure = path.startswith(("/openai/", "/subscriptions/")) and not path.startswith("/openai/v1/")
    assert set(answer.error()) == (_AZURE_FIELDS if is_azure else _OPENAI_FIELDS)
    assert answer.error()["message"]
    assert kept(server) == before
    return answer
