"""Check a data file: all its problems at once, each with its line."""

from __future__ import annotations

from pathlib import Path

from tuneport.core import InvalidRequest, NotFound
from tuneport.data.chat import check_chat_row
from tuneport.data.file_kind import find_file_mistake
from tuneport.data.formats import FORMAT_OF_METHOD, Format, detect_format, explain_unknown_row, explain_wrong_format
from tuneport.data.length import check_prompt_length
from tuneport.data.problems import Findings, shown
from tuneport.data.reading import RawRow, read_rows
from tuneport.data.report import CheckReport
from tuneport.data.rules import MIN_TRAINING_ROWS

TRAINABLE_METHODS = frozenset({"supervised"})
DEFAULT_LONGEST_ROW_TOKENS = 8192
_MAX_REMEMBERED_ROWS = 100_000
_MESSAGE_FORMATS: frozenset[Format] = frozenset({"chat", "reinforcement"})


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
    if method not in FORMAT_OF_METHOD:
        known = ", ".join(map(repr, FORMAT_OF_METHOD))
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
        self.format: Format = "empty"
        self._wanted = FORMAT_OF_METHOD[method]
        self._method = method
        self._longest_row_tokens = longest_row_tokens
        self._wrong_formats: set[Format] = set()
        self._line_of_content: dict[int, int] = {}

    def read(self, path: Path) -> None:
        mistake = find_file_mistake(path)
        if mistake is not None:
            self.format = "unknown"
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
        if self._method not in TRAINABLE_METHODS and self.format == self._wanted:
            findings.add("method_not_trainable", "", f"the method is {self._method!r}")

    def _check_row(self, raw: RawRow) -> None:
        self.findings.at(raw.line, raw.row)
        if self.format == "empty":
            self.format = "unknown"
        if raw.mistake is not None:
            self.findings.add(raw.mistake.code, "", raw.mistake.found, raw.mistake.hint)
        elif not isinstance(raw.value, dict):
            hint = "Wrap the list: {'messages': [...]}." if isinstance(raw.value, list) else ""
            self.findings.add("row_not_object", "", f"the row is {shown(raw.value)}", hint)
        else:
            self._note_repeat(raw)
            self._check_object(raw)

    def _check_object(self, raw: RawRow) -> None:
        if self._is_wanted_format(raw) and self._wanted == "chat":
            check_chat_row(raw.value, self.findings)
            check_prompt_length(raw.value, self._longest_row_tokens, self.findings)

    def _is_wanted_format(self, raw: RawRow) -> bool:
        row_format = detect_format(raw.value)
        if row_format in _MESSAGE_FORMATS and self.format in _MESSAGE_FORMATS:
            # Which of the two a row is shows in what it lacks: a broken row belongs to the file's format.
            row_format = self.format
        if row_format == "unknown":
            keys = ", ".join(shown(key) for key in list(raw.value)[:6]) or "none"
            hint = explain_unknown_row(raw.value)
            self.findings.add("missing_messages", "messages", f"the row has the keys {keys}, but no 'messages'", hint)
            return False
        if self.format == "unknown":
            self.format = row_format
        if row_format != self._wanted and row_format not in self._wrong_formats:
            # Said once for each format: a whole file of it has one problem, not one per line.
            self._wrong_formats.add(row_format)
            found = f"the row is in the {row_format} format, the method is {self._method!r}"
            self.findings.add("wrong_format", "", found, explain_wrong_format(row_format))
        return row_format == self._wanted

    def _note_repeat(self, raw: RawRow) -> None:
        key = hash(raw.content.strip())
        first = self._line_of_content.get(key)
        if first is not None:
            self.findings.add("repeated_row", "", f"the line is the same as line {first}")
        elif len(self._line_of_content) < _MAX_REMEMBERED_ROWS:
            self._line_of_content[key] = raw.line
