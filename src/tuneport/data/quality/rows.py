"""The rows of a file whose quality is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tuneport.data.file_kind import require_json_lines
from tuneport.data.quality.row import Row, as_quality_row
from tuneport.data.reading import OnRead, RawRow, read_rows, tell_nobody


class QualityRows:
    """Gives the rows that are JSON objects, whatever is in them; then `n_unread` says how many others there are."""

    def __init__(
        self,
        path: Path,
        name: str,
        on_read: OnRead = tell_nobody,
        *,
        parse: Callable[[RawRow], Row | None] = as_quality_row,
    ) -> None:
        """`name`: what a message calls the file. Raises `DataError` for a file that is no JSON lines at all."""
        require_json_lines(path, name)
        self.n_unread = 0
        self._path = path
        self._on_read = on_read
        self._parse = parse

    def __iter__(self) -> Iterator[Row]:
        for raw in read_rows(self._path, self._on_read):
            row = self._parse(raw)
            if row is None:
                self.n_unread += 1
            else:
                yield row
