"""Check a data file: all its problems at once, each with its line."""

from __future__ import annotations

from pathlib import Path

from tuneport.core import InvalidRequest, NotFound
from tuneport.data.file_kind import find_file_mistake
from tuneport.data.formats import FORMATS_OF_METHOD, Format
from tuneport.data.length import check_prompt_length
from tuneport.data.problems import Findings
from tuneport.data.reading import RawRow, read_rows
from tuneport.data.report import CheckReport
from tuneport.data.row_checks import RowChecks
from tuneport.data.rules import MIN_TRAINING_ROWS

TRAINABLE_METHODS = frozenset({"supervised", "dpo"})
DEFAULT_LONGEST_ROW_TOKENS = 8192
_MAX_REMEMBERED_ROWS = 100_000


def check_file(
    path: Path,
    *,
    method: str = "supervised",
    is_training_file: bool = True,
    longest_row_tokens: int = DEFAULT_LONGEST_ROW_TOKENS,
) -> CheckReport:
    """Give every problem of a file that is to be trained or validated on.

    `longest_row_tokens`: the model's limit, for the warning that nothing of a reply would be left.
    Raises `InvalidRequest` for an unknown method, `NotFound` for no file; nothing in the file makes it raise.
    """
    if method not in FORMATS_OF_METHOD:
        known = ", ".join(map(repr, FORMATS_OF_METHOD))
        raise InvalidRequest(f"There is no method {method!r}. Use one of {known}.", "unknown_method", "method")
    if not path.is_file():
        raise NotFound(f"{path}: there is no such file. Give the path of a JSONL file.", "file_not_found")
    check = _FileCheck(method, longest_row_tokens)
    check.read(path)
    check.judge_whole_file(is_training_file=is_training_file)
    findings = check.findings
    return CheckReport(
        method=method,
        is_training_file=is_training_file,
        n_rows=check.n_rows,
        n_bytes=path.stat().st_size,
        format=check.format,
        errors=tuple(findings.errors),
        n_errors=findings.n_errors,
        warnings=tuple(findings.warnings),
        n_warnings=findings.n_warnings,
        counts_by_code=dict(findings.counts_by_code),
    )


class _FileCheck:
    """What has been seen of the file so far."""

    def __init__(self, method: str, longest_row_tokens: int) -> None:
        self.findings = Findings()
        self.n_rows = 0
        self._rows = RowChecks(method, self.findings)
        self._method = method
        self._longest_row_tokens = longest_row_tokens
        self._line_of_content: dict[int, int] = {}

    @property
    def format(self) -> Format:
        return self._rows.format

    def read(self, path: Path) -> None:
        mistake = find_file_mistake(path)
        if mistake is not None:
            self._rows.format = "unknown"
            self.findings.at(1, None)
            self.findings.add(mistake.code, "", mistake.found, mistake.hint)
            return
        for raw in read_rows(path):
            self.n_rows += 1
            self._check_row(raw)

    def judge_whole_file(self, *, is_training_file: bool) -> None:
        findings = self.findings
        findings.at(None, None)
        if self.format == "empty":
            findings.add("empty_file", "", "the file has no rows")
        elif is_training_file and 0 < self.n_rows < MIN_TRAINING_ROWS:
            findings.add("too_few_rows", "", f"the file has {self.n_rows} rows")
        if 0 < self.n_rows == findings.counts_by_code["row_without_loss"]:
            findings.add("nothing_to_learn", "", f"none of the {self.n_rows} rows has a trained message")
        if self.format == "prompt_completion" and self._rows.is_format_of_method:
            found = "the rows are prompt and completion, and are trained as raw text, without the model's chat template"
            findings.add("no_chat_template", "", found)
        if self._method not in TRAINABLE_METHODS and self._rows.is_format_of_method:
            findings.add("method_not_trainable", "", f"the method is {self._method!r}")

    def _check_row(self, raw: RawRow) -> None:
        is_in_format = self._rows.check(raw)
        if isinstance(raw.value, dict):
            self._note_repeat(raw)
        if is_in_format:
            check_prompt_length(raw.value, self.format, self._longest_row_tokens, self.findings)

    def _note_repeat(self, raw: RawRow) -> None:
        key = hash(raw.content.strip())
        first = self._line_of_content.get(key)
        if first is not None:
            self.findings.add("repeated_row", "", f"the line is the same as line {first}")
        elif len(self._line_of_content) < _MAX_REMEMBERED_ROWS:
            self._line_of_content[key] = raw.line
