"""An answer's text, as it grows, into content and function calls that can be told at once."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from tuneport.core import new_id
from tuneport.tokens.call_shape import CallShape
from tuneport.tokens.json_end import JsonEnd

_NAME = r'([^"\\]+)'
_JSON_PARTS = re.compile(r"[{}\[\]:,]|\s+|[^{}\[\]:,\s]+")


@dataclass(frozen=True)
class CallPiece:
    """What is new of a call. The first piece of a call names it."""

    index: int
    """Which of the answer's calls."""
    arguments: str = ""
    """What is new of its arguments, in the model's own characters."""
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class AnswerPiece:
    content: str = ""
    calls: tuple[CallPiece, ...] = ()


class CallReader:
    """Takes an answer apart as its model's template writes it.

    What begins as a call and goes on as none stays text: the caller sees what the model wrote.
    """

    def __init__(self, shape: CallShape, tool_names: Collection[str], *, max_calls: int | None = None) -> None:
        """`max_calls`: what follows so many is dropped; `None` reads all."""
        self._shape = shape
        self._tool_names = frozenset(tool_names)
        self._max_calls = max_calls
        self._first = re.compile(_lenient(shape.before) + _NAME + _lenient(shape.middle) + r"(?=\S)")
        self._next = self._first
        if shape.between is not None:
            self._next = re.compile(_lenient(shape.between) + _NAME + _lenient(shape.middle) + r"(?=\S)")
        self._after = re.compile(_lenient(shape.after))
        self.n_read = 0
        """Characters that were told, or are no part of what is told."""
        self._arguments: JsonEnd | None = None
        self._is_behind_call = False
        self._is_over = False
        self._found: list[CallPiece] = []
        self.n_calls = 0

    @property
    def is_in_call(self) -> bool:
        """Whether a call has begun whose arguments have not ended."""
        return self._arguments is not None

    def read(self, text: str, *, is_whole: bool) -> AnswerPiece:
        """Give what is new and certain in the answer's text so far; `is_whole` says that no more comes."""
        content, self._found = "", []
        has_moved = True
        while has_moved and not self._is_over:
            before = self.n_read, self._arguments, self._is_behind_call
            if self._arguments is not None:
                self._read_arguments(text, self._arguments)
            elif self._is_behind_call:
                content += self._read_behind_call(text, is_whole)
            else:
                content += self._read_text(text, is_whole)
            has_moved = before != (self.n_read, self._arguments, self._is_behind_call)
        return AnswerPiece(content, tuple(self._found))

    def _read_text(self, text: str, is_whole: bool) -> str:
        call = self._first_call(text)
        if call is not None:
            content = text[self.n_read : call.start()]
            self._begin(call)
            return content.removesuffix(self._shape.gap or "")
        return self._tell(text, len(text) if is_whole else self._certain_length(text))

    def _read_arguments(self, text: str, arguments: JsonEnd) -> None:
        end = arguments.find(text)
        new = self._tell(text, len(text) if end is None else end)
        if new:
            self._found.append(CallPiece(self.n_calls - 1, new))
        if end is not None:
            self._arguments, self._is_behind_call = None, True

    def _read_behind_call(self, text: str, is_whole: bool) -> str:
        call = self._next.match(text, self.n_read)
        if call is not None and call.group(1) in self._tool_names:
            self._begin(call)
            return ""
        after = self._after.match(text, self.n_read)
        if after is not None:
            self.n_read, self._is_behind_call = after.end(), False
            return ""
        is_cut = self._shape.after.startswith(text[self.n_read :])
        return "" if is_cut or not is_whole else self._tell(text, len(text))

    def _begin(self, call: re.Match[str]) -> None:
        if self.n_calls == self._max_calls:
            self._is_over = True
            return
        self._found.append(CallPiece(self.n_calls, id=new_id("call_"), name=call.group(1)))
        self.n_calls += 1
        self.n_read, self._arguments = call.end(), JsonEnd(call.end())
        self._is_behind_call = False

    def _tell(self, text: str, length: int) -> str:
        new = text[self.n_read : length]
        self.n_read = max(self.n_read, length)
        return new

    def _first_call(self, text: str) -> re.Match[str] | None:
        if self._shape.mark:
            calls = self._first.finditer(text, self.n_read)
        else:
            # Without a mark only a whole answer can be a call.
            calls = iter([match] if self.n_read == 0 and (match := self._first.match(text)) else [])
        return next((call for call in calls if call.group(1) in self._tool_names), None)

    def _certain_length(self, text: str) -> int:
        """Give how much of a text without a whole call's beginning is no part of one, whatever follows."""
        shape = self._shape
        if not shape.mark:
            is_open = shape.before.startswith(text[: len(shape.before)]) and self.n_read == 0
            return 0 if is_open else len(text)
        position = text.find(shape.mark, self.n_read)
        if position < 0:
            return min(length_before(text, (shape.gap or "") + shape.mark), length_before(text, shape.mark))
        return len(text[:position].removesuffix(shape.gap or ""))


def length_before(text: str, marker: str) -> int:
    """Give the length of `text` without an end that may be the start of `marker`."""
    for size in range(min(len(marker), len(text)), 0, -1):
        if text.endswith(marker[:size]):
            return len(text) - size
    return len(text)


def _lenient(literal: str) -> str:
    """Give a pattern of the literal in which white space around JSON's punctuation is free."""
    parts = (part.strip() for part in _JSON_PARTS.findall(literal))
    pattern = "".join(rf"\s*{re.escape(part)}\s*" if part in "{}[]:," else re.escape(part) for part in parts)
    # One after the other they would try every way to share out long white space.
    return re.sub(r"(\\s\*){2,}", r"\\s*", pattern)
