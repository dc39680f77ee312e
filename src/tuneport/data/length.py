"""A first guess at rows that are too long, before any tokenizer is there; training counts and reports real tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuneport.data.formats import Format
from tuneport.data.problems import Findings

CHARACTERS_PER_TOKEN = 4
_FIELDS: dict[Format, str] = {
    "chat": "messages",
    "reinforcement": "messages",
    "preference": "input.messages",
    "prompt_completion": "prompt",
}


def check_prompt_length(row: dict[str, Any], row_format: Format, longest_row_tokens: int, findings: Findings) -> None:
    """Warn where the text before the first trained reply alone fills the model's longest row."""
    limit = longest_row_tokens * CHARACTERS_PER_TOKEN
    n_characters = 0
    for content in _untrained_contents(row, row_format):
        n_characters += _length(content)
        if n_characters > limit:
            found = f"the text before the first reply has over {n_characters:,} characters"
            findings.add("prompt_too_long", _FIELDS[row_format], f"{found}; {longest_row_tokens:,} tokens fit")
            return


def _untrained_contents(row: dict[str, Any], row_format: Format) -> Iterator[Any]:
    """Give what stands before the first trained reply."""
    if row_format == "prompt_completion":
        yield row.get("prompt")
        return
    part = row.get("input") if row_format == "preference" else row
    messages = part.get("messages") if isinstance(part, dict) else None
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, dict) or (row_format == "chat" and _is_trained(message)):
            return
        yield message.get("content")


def _is_trained(message: dict[str, Any]) -> bool:
    return message.get("role") == "assistant" and message.get("weight") != 0


def _length(content: Any) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, list):
        return sum(
            len(part["text"]) for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    return 0
