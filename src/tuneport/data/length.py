"""A first guess at rows that are too long, before any tokenizer is there; training counts and reports real tokens."""

from __future__ import annotations

from typing import Any

from tuneport.data.problems import Findings

CHARACTERS_PER_TOKEN = 4


def check_prompt_length(row: dict[str, Any], longest_row_tokens: int, findings: Findings) -> None:
    """Warn where the text before the first trained reply alone fills the model's longest row."""
    messages = row.get("messages")
    if not isinstance(messages, list):
        return
    limit = longest_row_tokens * CHARACTERS_PER_TOKEN
    n_characters = 0
    for message in messages:
        if not isinstance(message, dict) or _is_trained(message):
            return
        n_characters += _length(message.get("content"))
        if n_characters > limit:
            found = f"the text before the first reply has over {n_characters:,} characters"
            findings.add("prompt_too_long", "messages", f"{found}; {longest_row_tokens:,} tokens fit")
            return


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
