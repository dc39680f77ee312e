"""Which format a row is in, and what a row of no known format was probably meant to be."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from typing import Any, Literal

from tuneport.data.repair_commands import CONVERT, FIX
from tuneport.data.rules import ROW_KEYS, TEXT_KEYS

Format = Literal["chat", "prompt_completion", "preference", "reinforcement", "unknown", "empty"]
"""Of a file: that of its first row that is recognised."""

FORMATS_OF_METHOD: dict[str, tuple[Format, ...]] = {
    "supervised": ("chat", "prompt_completion"),
    "dpo": ("preference",),
    "reinforcement": ("reinforcement",),
}
"""What a method can read; a file is wholly in one of them."""

_TEXT_KEYS = frozenset(TEXT_KEYS)
_MOST_KEYS = 100
_ANSWER_KEYS = frozenset(
    {"preferred_output", "non_preferred_output", "preferred_completion", "non_preferred_completion"}
)
_KNOWN_ELSEWHERE = (
    ({"chosen", "rejected"}, f"Preference rows are {{'input': {{...}}, 'preferred_output': [...], ...}}. {CONVERT}"),
    (
        {"instruction", "output"},
        f"Alpaca rows: make 'instruction' (and 'input') the user's message, 'output' the reply. {CONVERT}",
    ),
    (
        {"conversations"},
        f"ShareGPT rows: rename 'conversations' to 'messages', 'from' to 'role', 'value' to 'content'. {CONVERT}",
    ),
    ({"role", "content"}, "One message is no row: put the messages of a conversation into one 'messages' list."),
    ({"question", "answer"}, f"Make 'question' the user's message and 'answer' the reply. {CONVERT}"),
    ({"input", "output"}, f"Make 'input' the user's message and 'output' the reply. {CONVERT}"),
    ({"text"}, "Plain text cannot be trained here: split it into a user's message and a reply."),
)


def detect_format(row: dict[str, Any]) -> Format:
    """Tell the format by the keys; a row that lacks some of them is still of its format."""
    if not _ANSWER_KEYS.isdisjoint(row) or isinstance(row.get("input"), dict):
        return "preference"
    if "messages" in row:
        return "reinforcement" if _looks_like_reinforcement(row) else "chat"
    if not _TEXT_KEYS.isdisjoint(row) and "chosen" not in row:
        return "prompt_completion"
    return "unknown"


def explain_unknown_row(row: dict[str, Any]) -> str:
    """Give a hint for a row of no known format; empty if nothing comes to mind."""
    for keys, hint in _KNOWN_ELSEWHERE:
        if keys <= row.keys():
            return hint
    close = get_close_matches("messages", islice(row, _MOST_KEYS), n=1)
    if not close:
        return ""
    repair = f" {FIX}" if close[0] == "message" and isinstance(row["message"], list) else ""
    return f"Rename {close[0]!r} to 'messages'.{repair}"


def explain_wrong_format(found: Format) -> str:
    if found == "prompt_completion":
        return "Rows of prompt and completion are for the method 'supervised'."
    if found == "preference":
        return "Preference rows are for the method 'dpo'."
    if found == "reinforcement":
        return "These rows have no reply to learn; rows like them are for the method 'reinforcement'."
    return "Chat rows are for the method 'supervised'."


def _looks_like_reinforcement(row: dict[str, Any]) -> bool:
    messages = row["messages"]
    if not isinstance(messages, list) or not messages or row.keys() <= set(ROW_KEYS):
        return False
    last = messages[-1]
    return isinstance(last, dict) and last.get("role") == "user"
