"""The rules of a chat row, and of each message in it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from difflib import get_close_matches
from functools import partial
from typing import Any

from tuneport.data.content import check_content
from tuneport.data.problems import Findings, shown
from tuneport.data.repair_commands import CONVERT, FIX, decode_hint
from tuneport.data.rules import MESSAGE_KEYS, ROLES, ROW_KEYS
from tuneport.data.tools import DeclaredTools, check_calls, check_declared_tools, check_one_call_each
from tuneport.data.turns import check_final_reply, check_turns

CheckEnd = Callable[[list[dict[str, Any]], Findings], None]
_ROW_KEYS = frozenset(ROW_KEYS)
_MESSAGE_KEYS = frozenset(MESSAGE_KEYS)
_ROLES = frozenset(ROLES)
_ROLE_OF_KEY = {"tool_calls": "assistant", "function_call": "assistant", "tool_call_id": "tool"}
_WEIGHT_HINT = "Weights stand inside the assistant messages."
SURE_LIKENESS = 0.85
"""From here on a role is a slip of the pen."""
_ROLE_ELSEWHERE = {"human": "user", "gpt": "assistant", "bot": "assistant", "ai": "assistant", "model": "assistant"}


def check_chat_row(row: dict[str, Any], findings: Findings) -> None:
    """Add to `findings` everything that is wrong with one row of the chat format."""
    if not row.keys() <= _ROW_KEYS:
        _unknown_row_keys(row, findings)
    check_conversation(row, findings, check_final_reply)


def check_conversation(row: dict[str, Any], findings: Findings, check_end: CheckEnd) -> None:
    """Check tools, messages and their order; `check_end` is given messages whose roles are known."""
    tools = check_declared_tools(row, findings)
    messages = row.get("messages")
    if not isinstance(messages, list):
        findings.add("messages_not_list", "messages", f"'messages' is {shown(messages)}", decode_hint(messages))
        return
    if not messages:
        findings.add("no_messages", "messages", "'messages' is an empty list")
        return
    whole = [message for index, message in enumerate(messages) if check_message(message, index, tools, findings)]
    if len(whole) == len(messages):
        check_end(messages, findings)
        check_turns(messages, findings)
        if row.get("parallel_tool_calls") is False:
            check_one_call_each(messages, findings)


def _unknown_row_keys(row: dict[str, Any], findings: Findings) -> None:
    for key in unknown_keys(row, _ROW_KEYS):
        hint = _WEIGHT_HINT if key == "weight" else partial(did_you_mean, key, ROW_KEYS)
        findings.add("unknown_row_key", key, f"the row has the key {shown(key)}", hint)


def check_message(message: Any, index: int, tools: DeclaredTools, findings: Findings) -> bool:
    """Say whether role and shape are right, so that the order of the messages can be judged."""
    field = f"messages[{index}]"
    if not isinstance(message, dict):
        findings.add("message_not_object", field, f"message {index + 1} is {shown(message)}")
        return False
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        _wrong_role(message, index, findings)
        return False
    if not message.keys() <= _MESSAGE_KEYS:
        _unknown_message_keys(message, index, findings)
    for key, owner in _ROLE_OF_KEY.items():
        if role != owner and message.get(key) is not None:
            findings.add("misplaced_key", f"{field}.{key}", f"message {index + 1} has role {role!r} and {key!r}")
    if message.get("weight") is not None:
        _check_weight(message["weight"], role, index, findings)
    if not isinstance(message.get("name", ""), str | None):
        findings.add("name_not_text", f"{field}.name", f"message {index + 1} has the name {shown(message['name'])}")
    check_content(message, index, findings)
    if role == "assistant":
        check_calls(message, index, tools, findings)
    return True


def _wrong_role(message: dict[str, Any], index: int, findings: Findings) -> None:
    field = f"messages[{index}].role"
    role = message.get("role")
    if role is None:
        hint = f"Rename 'from' to 'role' and 'value' to 'content'. {CONVERT}" if "from" in message else ""
        findings.add("missing_role", field, f"message {index + 1} has no 'role'", hint)
    else:
        findings.add("unknown_role", field, f"message {index + 1} has role {shown(role)}", partial(_role_hint, role))


def _role_hint(role: Any) -> str:
    meant = meant_role(role) if isinstance(role, str) else None
    if meant is None:
        return ""
    is_sure = meant_role(role, SURE_LIKENESS) is not None
    return f"Did you mean {meant!r}? {FIX if is_sure else ''}".rstrip()


def _unknown_message_keys(message: dict[str, Any], index: int, findings: Findings) -> None:
    for key in unknown_keys(message, _MESSAGE_KEYS):
        found = f"message {index + 1} has the key {shown(key)}"
        hint = partial(did_you_mean, key, MESSAGE_KEYS)
        findings.add("unknown_message_key", f"messages[{index}].{key}", found, hint)


def _check_weight(weight: Any, role: str, index: int, findings: Findings) -> None:
    field = f"messages[{index}].weight"
    if role != "assistant":
        findings.add("misplaced_weight", field, f"message {index + 1} has role {role!r} and a weight")
    elif isinstance(weight, bool) or not isinstance(weight, int | float) or weight not in (0, 1):
        findings.add("unknown_weight", field, f"message {index + 1} has weight {shown(weight)}")


def unknown_keys(given: dict[str, Any], known: Collection[str]) -> list[str]:
    """Give the keys that are not known, in the order of the file."""
    return [key for key in given if key not in known]


def are_messages(value: Any) -> bool:
    """Say whether a value is a list of messages, which a row lacks its object around."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "role" in one for one in value)


def meant_role(role: str, likeness: float = 0.6) -> str | None:
    """Give the role that another program calls so, or that is nearest to a slip of the pen: 1 where it is no slip."""
    plain = role.strip().lower()
    close = get_close_matches(plain[:40], ROLES, n=1, cutoff=likeness)
    return _ROLE_ELSEWHERE.get(plain) or (close[0] if close else None)


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word[:40], known, n=1)
    return f"Did you mean {close[0]!r}?" if close else ""
