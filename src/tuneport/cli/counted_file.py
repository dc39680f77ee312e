"""A file that tells how far it has been read."""

from __future__ import annotations

from collections.abc import Callable
from os import SEEK_SET
from typing import BinaryIO


class CountedFile:
    """What httpx needs of a file to send it. `on_read` is told how many bytes of it have been read."""

    def __init__(self, file: BinaryIO, on_read: Callable[[int], None]) -> None:
        self._file = file
        self._on_read = on_read

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._on_read(self._file.tell())
        return content

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def fileno(self) -> int:
        return self._file.fileno()
