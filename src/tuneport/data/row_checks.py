"""The checks of a file's rows, one after the other: each is in a format of the method, and all in the same one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from tuneport.data.chat import are_messages, check_chat_row
from tuneport.data.formats import FORMATS_OF_METHOD, Format, detect_format, explain_unknown_row, explain_wrong_format
from tuneport.data.preference import check_preference_row
from tuneport.data.problems import Findings, shown
from tuneport.data.reading import RawRow
from tuneport.data.reinforcement import check_reinforcement_row
from tuneport.data.repair_commands import FIX
from tuneport.data.text import check_text_row

_MESSAGE_FORMATS: frozenset[Format] = frozenset({"chat", "reinforcement"})
_CHECKS: dict[Format, Callable[[dict[str, Any], Findings], None]] = {
    "chat": check_chat_row,
    "prompt_completion": check_text_row,
    "preference": check_preference_row,
    "reinforcement": check_reinforcement_row,
}


class RowChecks:
    def __init__(self, method: str, findings: Findings, row_format: Format = "empty") -> None:
        """`row_format`: of the rows before, where they are checked elsewhere."""
        self._method = method
        self._findings = findings
        self.wrong_formats: set[str] = set()
        """What was said of rows for other methods: once for each format."""
        self.format = row_format
        """Of the first row that is recognised; "unknown" while none is."""

    @property
    def is_format_of_method(self) -> bool:
        return self.format in FORMATS_OF_METHOD[self._method]

    def check(self, raw: RawRow) -> bool:
        """Add what is wrong with the row; say whether it is an object in the file's format."""
        self._findings.at(raw.line, raw.row)
        if self.format == "empty":
            self.format = "unknown"
        if raw.mistake is not None:
            self._findings.add(raw.mistake.code, "", raw.mistake.found, raw.mistake.hint)
            return False
        if not isinstance(raw.value, dict):
            hint = f"Wrap the list: {{'messages': [...]}}. {FIX}" if are_messages(raw.value) else ""
            self._findings.add("row_not_object", "", f"the row is {shown(raw.value)}", hint)
            return False
        if not self._is_in_format(raw.value):
            return False
        _CHECKS[self.format](raw.value, self._findings)
        return True

    def _is_in_format(self, row: dict[str, Any]) -> bool:
        row_format = detect_format(row)
        if row_format in _MESSAGE_FORMATS and self.format in _MESSAGE_FORMATS:
            # Which of the two a row is shows in what it lacks: a broken row belongs to the file's format.
            row_format = self.format
        if row_format == "unknown":
            self._say_unknown(row)
            return False
        if self.format == "unknown":
            self.format = row_format
        if row_format not in FORMATS_OF_METHOD[self._method]:
            self._say_wrong(row_format)
        elif row_format != self.format and self.is_format_of_method:
            found = f"the row is in the {row_format} format, the rows before it in the {self.format} format"
            self._findings.add("mixed_formats", "", found)
        return row_format == self.format and self.is_format_of_method

    def _say_unknown(self, row: dict[str, Any]) -> None:
        hint = partial(explain_unknown_row, row)
        if self._method == "dpo":
            self._findings.add("missing_input", "input", "the row is missing key 'input'", hint)
            return
        keys = ", ".join(map(shown, islice(row, 6))) or "none"
        found = f"the row has the keys {keys}, but no 'messages'"
        self._findings.add("missing_messages", "messages", found, hint)

    def _say_wrong(self, row_format: Format) -> None:
        # Said once for each format: a whole file of it has one problem, not one per line.
        found = f"the row is in the {row_format} format, the method is {self._method!r}"
        if found not in self.wrong_formats:
            self.wrong_formats.add(found)
            self._findings.add("wrong_format", "", found, explain_wrong_format(row_format))
