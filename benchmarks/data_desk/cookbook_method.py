"""What OpenAI's cookbook does with a data file before a job, written plainly: one row after the other, in Python.

Read the lines, look for what is wrong in each, count its tokens message by message, and take the spread.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

_MESSAGE_KEYS = ("role", "content", "name", "function_call", "weight", "tool_calls", "tool_call_id")
_ROLES = ("system", "user", "assistant", "function", "tool", "developer")


def find_format_errors(path: Path) -> Counter[str]:
    errors: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        _look_at(row, errors)
    return errors


def count_tokens(path: Path, count_text: Callable[[str], int]) -> dict[str, float]:
    """`count_text` gives the tokens of one text."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    n_tokens, n_answer_tokens = [], []
    for row in rows:
        texts = [(message["role"], message.get("content") or "") for message in row["messages"]]
        counts = [(role, count_text(role), count_text(content)) for role, content in texts]
        n_tokens.append(3 + sum(3 + of_role + of_content for _, of_role, of_content in counts))
        n_answer_tokens.append(sum(of_content for role, _, of_content in counts if role == "assistant"))
    return {
        "tokens": float(np.sum(n_tokens)),
        "median": float(np.median(n_tokens)),
        "p95": float(np.quantile(n_tokens, 0.95)),
        "answer_median": float(np.median(n_answer_tokens)),
    }


def _look_at(row: Any, errors: Counter[str]) -> None:
    if not isinstance(row, dict):
        errors["data_type"] += 1
        return
    messages = row.get("messages")
    if not messages:
        errors["missing_messages_list"] += 1
        return
    for message in messages:
        if "role" not in message or "content" not in message:
            errors["message_missing_key"] += 1
        if any(key not in _MESSAGE_KEYS for key in message):
            errors["message_unrecognized_key"] += 1
        if message.get("role") not in _ROLES:
            errors["unrecognized_role"] += 1
        content = message.get("content")
        calls = message.get("function_call") or message.get("tool_calls")
        if (not content and not calls) or (content and not isinstance(content, str)):
            errors["missing_content"] += 1
    if not any(message.get("role") == "assistant" for message in messages):
        errors["example_missing_assistant_message"] += 1
