"""JSON lines that one process appends and another follows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson

from tuneport.core.files import storage_errors

BLOCK_BYTES = 2**16


class JsonLinesWriter:
    """Appends one JSON object a line, unbuffered: what was written survives the process. Raises `StorageFull`."""

    def __init__(self, path: Path) -> None:
        _drop_broken_last_line(path)
        self._path = path
        self._file = path.open("ab", buffering=0)

    def write(self, record: dict[str, Any]) -> None:
        line = memoryview(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        # Unbuffered, the system may take a part only, as on a disk that is almost full; the next write then says why.
        with storage_errors(self._path.parent):
            while line:
                line = line[self._file.write(line) :]

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read_json_lines(path: Path, *, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Give the whole lines after byte `offset` and the offset to go on from; a line still being written waits.

    Of a file that is shorter, as a power cut may leave it, nothing is given, and the offset is that of its end.
    """
    if not path.exists():
        return [], offset
    with path.open("rb") as file:
        if offset > file.seek(0, os.SEEK_END):
            file.seek(0)
            return [], file.read().rfind(b"\n") + 1
        file.seek(offset)
        content = file.read()
    end = content.rfind(b"\n") + 1
    return [orjson.loads(line) for line in content[:end].splitlines() if line], offset + end


def _drop_broken_last_line(path: Path) -> None:
    """A process killed in mid-write leaves half a line, which would spoil the next one."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        n_bytes = end = file.seek(0, os.SEEK_END)
        tail = b""
        # From the end, in blocks: the file may be longer than memory should hold.
        while end and b"\n" not in tail:
            end = max(0, end - BLOCK_BYTES)
            file.seek(end)
            tail = file.read(BLOCK_BYTES)
        kept = end + tail.rfind(b"\n") + 1
        if kept != n_bytes:
            file.truncate(kept)
