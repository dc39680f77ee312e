"""Where a JSON value ends, in text that grows."""

from __future__ import annotations


class JsonEnd:
    """Reads each character once. Whether the value is valid is not its question."""

    def __init__(self, start: int) -> None:
        """`start`: where the value begins in the text, behind any white space."""
        self._at = start
        self._depth = 0
        self._in_string = False
        self._is_escaped = False

    def find(self, text: str) -> int | None:
        """Give the index behind the value; `None` if the text, which is longer each time, does not reach it."""
        while self._at < len(text):
            character = text[self._at]
            if self._in_string:
                self._read_in_string(character)
            elif character == '"':
                self._in_string = True
            elif character in "{[":
                self._depth += 1
            elif character in "}]":
                self._depth -= 1
            is_behind_scalar = self._depth < 0 or (self._depth == 0 and character in ",\n\r\t ")
            if is_behind_scalar and not self._in_string:
                return self._at
            self._at += 1
            if self._depth == 0 and not self._in_string and character in '}]"':
                return self._at
        return None

    def _read_in_string(self, character: str) -> None:
        if self._is_escaped:
            self._is_escaped = False
        elif character == "\\":
            self._is_escaped = True
        elif character == '"':
            self._in_string = False
