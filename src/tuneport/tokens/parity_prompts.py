"""The prompts by which a tuned model is compared with itself, wherever it is served.

A few of its training rows, and ours, which have in them what templates and tokenizers get wrong: no system message,
several turns, letters of several bytes, spaces and line ends, tools and their results.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

from pydantic import TypeAdapter

from tuneport.core import InvalidRequest
from tuneport.data import AnyExample, Example, Message, PreferenceExample, TextExample, ToolCall
from tuneport.tokens.renderer import Renderer

ROWS_LOOKED_AT = 64
ROWS_CHOSEN = 2

_WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
    },
}


@dataclass(frozen=True)
class ParityPrompt:
    name: str
    messages: tuple[Message, ...] = ()
    tools: tuple[dict[str, Any], ...] = ()
    text: str | None = None
    """Raw text instead of messages."""

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> ParityPrompt:
        """Read what `to_json` gave."""
        return _json_form().validate_python(record)

    def to_json(self) -> dict[str, Any]:
        record: dict[str, Any] = _json_form().dump_python(self, mode="json")
        return record

    def token_ids(self, renderer: Renderer) -> list[int]:
        """Raises `InvalidRequest` where the model's template does not take such messages."""
        if self.text is not None:
            return renderer.tokenize_text_prompt(self.text)
        return renderer.tokenize_prompt(self.messages, self.tools)


@cache
def _json_form() -> TypeAdapter[ParityPrompt]:
    return TypeAdapter(ParityPrompt)


OWN_PROMPTS = (
    ParityPrompt("a question alone", (Message("user", "Name a colour."),)),
    ParityPrompt(
        "a system message and two turns",
        (
            Message("system", "Answer in one word."),
            Message("user", "Capital of Peru?"),
            Message("assistant", "Lima"),
            Message("user", "And of Chad?"),
        ),
    ),
    ParityPrompt("letters and spaces", (Message("user", "  Grüße, 東京 🙂\n\n\tx = 3.14  \n1024"),)),
    ParityPrompt(
        "tools and a result",
        (
            Message("user", "Rain in Bonn?"),
            Message("assistant", tool_calls=(ToolCall("call_1", "get_weather", '{"town": "Bonn"}'),)),
            Message("tool", '{"rain": true}', tool_call_id="call_1"),
        ),
        (_WEATHER,),
    ),
)


@dataclass(frozen=True)
class DraftedPrompt:
    prompt: ParityPrompt
    token_ids: list[int]
    draft_ids: list[int]
    """What the answer may begin with: a guess, right or wrong, that saves time where it is right."""


def choose_prompts(examples: Iterable[AnyExample], renderer: Renderer) -> list[DraftedPrompt]:
    """Give the prompts of the shortest of the first rows, and ours as far as the model's template takes them."""
    first_rows = islice(examples, ROWS_LOOKED_AT)
    rows = [drafted for drafted in (_drafted(_prompt_of(row), renderer, row) for row in first_rows) if drafted]
    rows.sort(key=lambda drafted: len(drafted.token_ids))
    own = [drafted for drafted in (_drafted(prompt, renderer) for prompt in OWN_PROMPTS) if drafted]
    return rows[:ROWS_CHOSEN] + own


def _prompt_of(example: AnyExample) -> ParityPrompt:
    if isinstance(example, TextExample):
        return ParityPrompt(f"the row on line {example.line}", text=example.prompt)
    row = _answered(example)
    return ParityPrompt(f"the row on line {row.line}", row.messages[:-1], row.tools)


def _answered(example: Example | PreferenceExample) -> Example:
    """Give the row up to its last answer."""
    row = example.preferred if isinstance(example, PreferenceExample) else example
    last_answer = max(index for index, message in enumerate(row.messages) if message.role == "assistant")
    return replace(row, messages=row.messages[: last_answer + 1])


def _drafted(prompt: ParityPrompt, renderer: Renderer, example: AnyExample | None = None) -> DraftedPrompt | None:
    """Give the prompt's tokens and those of its row's answer; `None` where the template refuses the messages."""
    try:
        token_ids = prompt.token_ids(renderer)
        row_ids = [] if example is None else _row_ids(example, renderer)
    except InvalidRequest:
        return None
    draft_ids = row_ids[len(token_ids) :] if row_ids[: len(token_ids)] == token_ids else []
    return DraftedPrompt(prompt, token_ids, draft_ids) if token_ids else None


def _row_ids(example: AnyExample, renderer: Renderer) -> list[int]:
    if isinstance(example, TextExample):
        row = renderer.tokenize_text(example, longest_row_tokens=sys.maxsize)
    else:
        row = renderer.tokenize_example(_answered(example), longest_row_tokens=sys.maxsize)
    return [int(token_id) for token_id in row.token_ids]
