"""The JSON values of a text, however they are laid out: in one list, indented, or several on a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tuneport.data.decoded import too_long
from tuneport.data.rules import MAX_LINE_BYTES

# Possessive throughout: a text that does not fit must fail at once, not be tried in every other way.
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+[{}\[\]]', re.DOTALL)
_COMMENT = re.compile(rb"[ \t\r\n,]*+((?://|#)[^\n]*+)(\n?)")
_BETWEEN = b" \t\r\n,"


class Piece(NamedTuple):
    line: int
    """Line on which it begins, from 1."""
    content: bytes
    """A JSON object or list, or what stands between such and is neither."""


def split_values(chunks: Iterable[bytes], *, opens_list: bool) -> Iterator[Piece]:
    """Give each object or list with its line; what is broken comes as one piece, up to where brackets fit again.

    `opens_list`: a list at the very start is that of the values, not a value itself.
    Raises `DataError` at a piece longer than any row may be.
    """
    splitter = _Splitter(opens_list=opens_list)
    for chunk in chunks:
        yield from splitter.feed(chunk)
    yield from splitter.finish()


class _Splitter:
    def __init__(self, *, opens_list: bool) -> None:
        self._may_open_list = opens_list
        self._buffer = b""
        self._start = 0
        """Where in the buffer begins what is not given yet."""
        self._looked = 0
        """Brackets before this place are counted."""
        self._base = 0
        """Depth at which values stand: 1 inside of the list."""
        self._depth = 0
        self._line = 1
        self._counted = 0
        """Line ends before this place are counted."""

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        self._buffer += chunk
        while found := self._next():
            self._looked = found.end()
            yield from self._take_comment(found) if found.re is _COMMENT else self._take(found.end() - 1)
        self._forget()

    def finish(self) -> Iterator[Piece]:
        yield from self._between(len(self._buffer))
        if self._base:
            yield Piece(self._line, b"[")

    def _next(self) -> re.Match[bytes] | None:
        """Find the next comment between values, or else bracket; `None` until its end is there."""
        comment = _COMMENT.match(self._buffer, self._looked) if self._depth == self._base else None
        if comment is not None:
            return comment if comment[2] else None
        return _TO_BRACKET.match(self._buffer, self._looked)

    def _take_comment(self, comment: re.Match[bytes]) -> Iterator[Piece]:
        """Give it as a piece of its own: quotes and brackets in it are none of the values'."""
        yield from self._between(comment.start(1))
        yield self._piece(comment.start(1), comment.end())
        self._start = comment.end()

    def _take(self, at: int) -> Iterator[Piece]:
        """Look at the bracket there."""
        bracket = self._buffer[at : at + 1]
        if bracket in (b"{", b"["):
            yield from self._open(at, bracket)
        elif self._depth > self._base:
            self._depth -= 1
            if self._depth == self._base:
                yield self._piece(self._start, at + 1)
                self._start = at + 1
        elif bracket == b"]" and self._base:
            yield from self._between(at)
            self._start = at + 1
            self._base = self._depth = 0

    def _open(self, at: int, bracket: bytes) -> Iterator[Piece]:
        if self._depth == self._base:
            is_outer_list = self._may_open_list and bracket == b"[" and not self._buffer[self._start : at].strip()
            self._may_open_list = False
            if is_outer_list:
                self._base = self._depth = 1
                self._start = at + 1
                return
            yield from self._between(at)
            self._start = at
        self._depth += 1

    def _between(self, end: int) -> Iterator[Piece]:
        """Give what stands before `end` and is no value, if that is more than commas and space."""
        text = self._buffer[self._start : end]
        if text.strip(_BETWEEN):
            yield self._piece(end - len(text.lstrip(_BETWEEN)), end)

    def _piece(self, start: int, end: int) -> Piece:
        self._count_lines(start)
        return Piece(self._line, self._buffer[start:end].strip(_BETWEEN))

    def _count_lines(self, end: int) -> None:
        self._line += self._buffer.count(b"\n", self._counted, end)
        self._counted = end

    def _forget(self) -> None:
        """Drop what is given. Raises `DataError` where the rest is too long."""
        if len(self._buffer) - self._start > MAX_LINE_BYTES:
            self._count_lines(self._start)
            raise too_long(self._line)
        self._count_lines(self._start)
        self._buffer = self._buffer[self._start :]
        self._looked -= self._start
        self._counted -= self._start
        self._start = 0
