"""Check a data file: all its problems at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from tuneport.core import InvalidRequest, NotFound, available_cores
from tuneport.data.file_kind import find_file_mistake
from tuneport.data.formats import FORMATS_OF_METHOD, Format, detect_format
from tuneport.data.part_check import CheckOptions, Part, PartReport, check_part
from tuneport.data.problems import Findings
from tuneport.data.reading import OnRead, read_rows, tell_nobody
from tuneport.data.repeated_rows import RowDigests
from tuneport.data.report import CheckReport
from tuneport.data.rules import MIN_TRAINING_ROWS

TRAINABLE_METHODS = frozenset({"supervised", "dpo"})
DEFAULT_LONGEST_ROW_TOKENS = 8192
ONE_PART_BYTES = 2**28
"""A file up to this size is checked before other processes had started."""
PART_BYTES = 2**26


def check_file(
    path: Path,
    *,
    method: str = "supervised",
    is_training_file: bool = True,
    longest_row_tokens: int = DEFAULT_LONGEST_ROW_TOKENS,
    on_read: OnRead = tell_nobody,
) -> CheckReport:
    """Give every problem of a file that is to be trained or validated on. A large file is checked on all cores.

    `longest_row_tokens`: the model's limit, for the warning that nothing of a reply would be left.
    `on_read` is told of all bytes of the file, also of one that is no JSON lines, where the others need no look.
    Raises `InvalidRequest` for an unknown method, `NotFound` for no file; nothing in the file makes it raise.
    """
    if method not in FORMATS_OF_METHOD:
        known = ", ".join(map(repr, FORMATS_OF_METHOD))
        raise InvalidRequest(f"There is no method {method!r}. Use one of {known}.", "unknown_method", "method")
    if not path.is_file():
        raise NotFound(f"{path}: there is no such file. Give the path of a JSONL file.", "file_not_found")
    check = FileCheck(method)
    n_bytes = path.stat().st_size
    mistake = find_file_mistake(path)
    if mistake is not None:
        on_read(n_bytes)
        check.format = "unknown"
        check.findings.at(1, None)
        check.findings.add(mistake.code, "", mistake.found, mistake.hint)
    else:
        for report in _check_parts(path, CheckOptions(method, longest_row_tokens), on_read):
            check.add(report)
    return check.result(is_training_file=is_training_file, n_bytes=n_bytes)


class FileCheck:
    """What has been seen of the file so far, part by part."""

    def __init__(self, method: str) -> None:
        self.findings = Findings()
        self.format: Format = "empty"
        self._method = method
        self._n_lines = self._n_rows = 0
        self._wrong_formats: set[str] = set()
        self._digests = RowDigests()

    def add(self, part: PartReport) -> None:
        """Add the next part of the file."""
        if part.format != "empty":
            self.format = part.format
        part.findings.forget("wrong_format", self._wrong_formats & part.wrong_formats)
        self._wrong_formats |= part.wrong_formats
        self.findings.append(part.findings, n_lines=self._n_lines, n_rows=self._n_rows)
        self._digests.append(part.digests, n_lines=self._n_lines, n_rows=self._n_rows)
        self._n_lines += part.n_lines
        self._n_rows += part.n_rows

    def result(self, *, is_training_file: bool, n_bytes: int) -> CheckReport:
        """Judge the file as a whole, after its parts."""
        n_repeats, repeats = self._digests.find_repeats()
        found = [(line, row, f"the line is the same as line {first}") for line, row, first in repeats]
        self.findings.add_warnings("repeated_row", found, n_repeats)
        self._judge_whole_file(is_training_file=is_training_file)
        findings = self.findings
        return CheckReport(
            method=self._method,
            is_training_file=is_training_file,
            n_rows=self._n_rows,
            n_compared_rows=self._digests.n_compared(self._n_rows),
            n_bytes=n_bytes,
            format=self.format,
            errors=tuple(findings.errors),
            n_errors=findings.n_errors,
            warnings=tuple(findings.warnings),
            n_warnings=findings.n_warnings,
            counts_by_code=dict(+findings.counts_by_code),
        )

    def _judge_whole_file(self, *, is_training_file: bool) -> None:
        findings = self.findings
        findings.at(None, None)
        is_format_of_method = self.format in FORMATS_OF_METHOD[self._method]
        if self.format == "empty":
            findings.add("empty_file", "", "the file has no rows")
        elif is_training_file and 0 < self._n_rows < MIN_TRAINING_ROWS:
            findings.add("too_few_rows", "", f"the file has {self._n_rows} rows")
        if 0 < self._n_rows == findings.counts_by_code["row_without_loss"]:
            findings.add("nothing_to_learn", "", f"none of the {self._n_rows} rows has a trained message")
        if self.format == "prompt_completion" and is_format_of_method:
            found = "the rows are prompt and completion, and are trained as raw text, without the model's chat template"
            findings.add("no_chat_template", "", found)
        if self._method not in TRAINABLE_METHODS and is_format_of_method:
            findings.add("method_not_trainable", "", f"the method is {self._method!r}")


def parts_of(n_bytes: int, part_bytes: int) -> list[Part]:
    return [Part(start, min(start + part_bytes, n_bytes)) for start in range(0, n_bytes, part_bytes)]


def _check_parts(path: Path, options: CheckOptions, on_read: OnRead) -> Iterator[PartReport]:
    """Give the reports of the file's parts in order."""
    n_bytes = path.stat().st_size
    n_cores = available_cores()
    if n_bytes <= ONE_PART_BYTES or n_cores == 1:
        yield check_part(path, options, Part(0, n_bytes), on_read)
        return
    known = options._replace(format=_format_of(path))
    parts = parts_of(n_bytes, PART_BYTES)
    # The first part is told of when processes have started and read it, which takes seconds.
    on_read(0)
    # Not forked: the server has threads.
    with ProcessPoolExecutor(n_cores, mp_context=get_context("spawn")) as pool:
        for part, report in zip(parts, pool.map(check_part, repeat(path), repeat(known), parts), strict=True):
            on_read(part.end - part.start)
            yield report


def _format_of(path: Path) -> Format:
    """Give the format of the first row that is recognised."""
    row_format: Format = "empty"
    for raw in read_rows(path):
        row_format = detect_format(raw.value) if isinstance(raw.value, dict) else "unknown"
        if row_format != "unknown":
            break
    return row_format
