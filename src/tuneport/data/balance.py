"""What the answers of a file are spread over: classes, where they are a few short texts, and tools."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tuneport.data.classes import LONGEST_CLASS, MOST_CLASSES
from tuneport.data.example import AnyExample, Example, PreferenceExample, TextExample

ROWS_PER_CLASS = 2
"""Fewer rows than that for each distinct answer, and the answers are no classes."""
MOST_TOOLS = 1000


@dataclass(frozen=True)
class ToolUse:
    n_rows_with_tools: int
    n_rows_with_calls: int
    calls: dict[str, int]
    """Name of a tool → calls of it, the most called first."""
    never_called: tuple[str, ...]
    """Declared in some row, and called in none."""

    def to_json(self) -> dict[str, Any]:
        return {
            "n_rows_with_tools": self.n_rows_with_tools,
            "n_rows_with_calls": self.n_rows_with_calls,
            "calls": self.calls,
            "never_called": list(self.never_called),
        }


class Balance:
    """Counts row by row; what it remembers does not grow with the file."""

    def __init__(self) -> None:
        self._n_rows = 0
        self._classes: Counter[str] | None = Counter()
        self._calls: Counter[str] = Counter()
        self._declared: dict[str, None] = {}
        self._n_rows_with_tools = 0
        self._n_rows_with_calls = 0

    def add(self, example: AnyExample) -> None:
        self._n_rows += 1
        self._count_class(_last_answer(example))
        chat = example.preferred if isinstance(example, PreferenceExample) else example
        if isinstance(chat, Example):
            self._count_tools(chat)

    @property
    def classes(self) -> dict[str, int] | None:
        """Answer → rows that end with it, the most frequent first; `None` where the answers are no classes."""
        if not self._classes or self._n_rows < ROWS_PER_CLASS * len(self._classes):
            return None
        return dict(self._classes.most_common())

    @property
    def tools(self) -> ToolUse | None:
        """`None` where no row declares or calls one."""
        if not self._declared and not self._calls:
            return None
        never_called = tuple(name for name in self._declared if not self._calls[name])
        calls = dict(self._calls.most_common())
        return ToolUse(self._n_rows_with_tools, self._n_rows_with_calls, calls, never_called)

    def _count_class(self, answer: str | None) -> None:
        if self._classes is None:
            return
        if not answer or len(answer) > LONGEST_CLASS:
            self._classes = None
            return
        self._classes[answer] += 1
        if len(self._classes) > MOST_CLASSES:
            self._classes = None

    def _count_tools(self, chat: Example) -> None:
        calls = [call.name for message in chat.messages for call in message.tool_calls]
        self._n_rows_with_tools += bool(chat.tools)
        self._n_rows_with_calls += bool(calls)
        for name in calls:
            if name in self._calls or len(self._calls) < MOST_TOOLS:
                self._calls[name] += 1
        for tool in chat.tools:
            if len(self._declared) < MOST_TOOLS:
                self._declared[tool["function"]["name"]] = None


def _last_answer(example: AnyExample) -> str | None:
    """Give the text that a row ends with, without white space around it; `None` where it ends with a call."""
    if isinstance(example, TextExample):
        return example.completion.strip()
    if isinstance(example, PreferenceExample):
        return None
    last = example.messages[-1]
    return last.content.strip() if last.role == "assistant" and last.content and not last.tool_calls else None
