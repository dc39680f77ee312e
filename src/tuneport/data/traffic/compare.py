"""Compare real requests with a training file: by what is asked, by the instructions, and by the tools on offer."""

from __future__ import annotations

from pathlib import Path

from tuneport.core import DataError, NotFound
from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.row import Row, as_quality_row, instructions_key, offered_tools
from tuneport.data.quality.rows import QualityRows
from tuneport.data.reading import OnRead, RawRow, tell_nobody
from tuneport.data.traffic.asked_texts import AskedTexts
from tuneport.data.traffic.likeness import find_likeness
from tuneport.data.traffic.report import SomeRequests, TrafficReport


def compare_traffic(path: Path, requests: Path, *, on_read: OnRead = tell_nobody) -> TrafficReport:
    """Say how like the rows of the training file `path` real requests are.

    `requests`: JSONL of chat completion requests, with an answer or without, alone or as the `body` of a batch's lines,
    or of rows as a training file has them. A thousand texts at most of each file are compared, from all over it;
    instructions and tools are those of all rows. `on_read` is told of all bytes of both files, once.
    Raises `NotFound` for no file, and `DataError` for one that is no JSON lines at all, or whose rows ask nothing.
    """
    for file in (path, requests):
        if not file.is_file():
            raise NotFound(f"{file}: there is no such file. Give the path of a JSONL file.", "file_not_found")
    rows = QualityRows(path, "The training file", on_read)
    asking = QualityRows(requests, "The file of requests", on_read, parse=_as_request)
    taught = _Taught()
    for row in rows:
        taught.add(row)
    asked, unknown_instructions, unknown_tools = AskedTexts(), _Tally(), _Tally()
    unknown_names: dict[str, None] = {}
    for row in asking:
        asked.add(row)
        if instructions_key(row.value) not in taught.instructions:
            unknown_instructions.add(row.line)
        names = offered_tools(row.value) - taught.tools
        if names:
            unknown_tools.add(row.line)
            unknown_names |= dict.fromkeys(sorted(names))
    for texts, file_name in ((taught.texts, "training file"), (asked, "file of requests")):
        if not len(texts):
            raise DataError(
                f"No row of the {file_name} asks anything in text. Use JSONL whose rows have 'messages', or requests "
                "that have them, as they were sent or as a batch's 'body'.",
                code="nothing_asked",
            )
    return TrafficReport(
        n_rows=len(taught.texts),
        n_unread_rows=rows.n_unread,
        n_requests=len(asked),
        n_requests_without_text=asked.n_without_text,
        n_unread_requests=asking.n_unread,
        likeness=find_likeness(taught.texts.kept, asked.kept),
        unknown_instructions=unknown_instructions.requests,
        unknown_tools=unknown_tools.requests,
        unknown_tool_names=tuple(unknown_names)[:N_SHOWN],
        length_of_rows=taught.texts.length,
        length_of_requests=asked.length,
    )


class _Taught:
    def __init__(self) -> None:
        self.texts = AskedTexts()
        self.instructions: set[int] = set()
        self.tools: set[str] = set()

    def add(self, row: Row) -> None:
        self.texts.add(row)
        self.instructions.add(instructions_key(row.value))
        self.tools |= offered_tools(row.value)


class _Tally:
    """Counts requests, and keeps the first lines."""

    def __init__(self) -> None:
        self._n_rows = 0
        self._lines: list[int] = []

    def add(self, line: int) -> None:
        self._n_rows += 1
        if len(self._lines) < N_SHOWN:
            self._lines.append(line)

    @property
    def requests(self) -> SomeRequests:
        return SomeRequests(self._n_rows, tuple(self._lines))


def _as_request(raw: RawRow) -> Row | None:
    is_batch_line = isinstance(raw.value, dict) and isinstance(raw.value.get("body"), dict)
    return as_quality_row(raw._replace(value=raw.value["body"]) if is_batch_line else raw)
