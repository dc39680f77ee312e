"""Bytes that come in pieces → lines."""

from __future__ import annotations


class StreamedLines:
    """Ends lines at line feeds only.

    httpx ends them wherever Unicode has an end of a line, too, such as U+2028, and JSON may hold those within a text.
    """

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def add(self, piece: bytes) -> list[str]:
        """Give the lines that are whole by now, without their ends."""
        first, *others = piece.split(b"\n")
        self._waiting.append(first)
        if not others:
            return []
        *ended, rest = b"".join(self._waiting), *others
        self._waiting = [rest]
        return [line.decode() for line in ended]

    def end(self) -> list[str]:
        """Give what stands behind the last end of a line, where something does."""
        return [b"".join(self._waiting).decode()] if any(self._waiting) else []
