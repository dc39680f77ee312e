"""Rows on their way into a new file, a buffer at a time."""

from __future__ import annotations

from collections.abc import Callable

BUFFER_BYTES = 2**20


class RowWriter:
    """Hands rows to `write`, each as one line. Nothing of the last ones is there before `flush`."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.n_rows = 0
        self._write = write
        self._rows: list[bytes] = []
        self._n_bytes = 0

    def add(self, row: bytes) -> None:
        """`row`: without its line end."""
        self.n_rows += 1
        self._rows += (row, b"\n")
        self._n_bytes += len(row) + 1
        if self._n_bytes >= BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            self._write(b"".join(self._rows))
        self._rows = []
        self._n_bytes = 0
