"""The check of a part of a file: a stretch of bytes, which another process may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tuneport.data.formats import FORMATS_OF_METHOD, Format
from tuneport.data.length import CHARACTERS_PER_TOKEN, check_prompt_length
from tuneport.data.problems import Findings
from tuneport.data.reading import OnRead, parse_row, read_blocks, tell_nobody
from tuneport.data.repeated_rows import RowDigests
from tuneport.data.row_checks import RowChecks
from tuneport.data.sound_rows import find_unsure_rows


class Part(NamedTuple):
    start: int
    end: int
    """Bytes of the file; it has the lines that begin there."""


class CheckOptions(NamedTuple):
    method: str
    longest_row_tokens: int
    format: Format = "empty"
    """Of the file, where the rows before the part tell it."""


@dataclass
class PartReport:
    format: Format
    findings: Findings = field(default_factory=Findings)
    """Numbered from the part's first line and row."""
    wrong_formats: set[str] = field(default_factory=set)
    """What the findings say of rows for another method: once for each format."""
    n_lines: int = 0
    n_rows: int = 0
    digests: RowDigests = field(default_factory=RowDigests)
    """Of each row that is an object."""


def check_part(path: Path, options: CheckOptions, part: Part, on_read: OnRead = tell_nobody) -> PartReport:
    """Check the rows of a part, one by one; what the rows are together is judged with all parts at hand."""
    return _PartCheck(options).read(path, part, on_read)


class _PartCheck:
    def __init__(self, options: CheckOptions) -> None:
        self._options = options
        self._report = PartReport(options.format)
        self._rows = RowChecks(options.method, self._report.findings, options.format)
        is_of_method = options.format in FORMATS_OF_METHOD[options.method]
        self._sound_format: Format = options.format if is_of_method else "unknown"
        # A row so short can't have too long a prompt.
        self._most_bytes = options.longest_row_tokens * CHARACTERS_PER_TOKEN

    def read(self, path: Path, part: Part, on_read: OnRead) -> PartReport:
        report = self._report
        for lines in read_blocks(path, part.start, part.end, on_read):
            start = 0
            while self._sound_format == "unknown" and start < len(lines):
                self._judge(lines[start])
                start += 1
            self._look_at(lines[start:])
        report.format, report.wrong_formats = self._rows.format, self._rows.wrong_formats
        return report

    def _look_at(self, lines: Sequence[bytes]) -> None:
        """Pass the rows that are surely right, and judge the others in their order."""
        start = 0
        for place in find_unsure_rows(self._sound_format, lines, self._most_bytes):
            self._pass(lines[start:place])
            self._judge(lines[place])
            start = place + 1
        self._pass(lines[start:])

    def _pass(self, lines: Sequence[bytes]) -> None:
        report = self._report
        report.digests.extend(lines, report.n_lines + 1, report.n_rows + 1)
        report.n_lines += len(lines)
        report.n_rows += len(lines)

    def _judge(self, content: bytes) -> None:
        report, rows = self._report, self._rows
        report.n_lines += 1
        if not content.strip():
            return
        report.n_rows += 1
        raw = parse_row(report.n_lines, report.n_rows, content)
        is_in_format = rows.check(raw)
        if rows.format in FORMATS_OF_METHOD[self._options.method]:
            self._sound_format = rows.format
        if isinstance(raw.value, dict):
            report.digests.extend([content], raw.line, raw.row)
        if is_in_format:
            check_prompt_length(raw.value, rows.format, self._options.longest_row_tokens, report.findings)
