"""The order of a row's messages: replies at the end, calls answered, something to learn. Their roles are known."""

from __future__ import annotations

from typing import Any

from tuneport.data.problems import Findings, shown


def check_final_reply(messages: list[dict[str, Any]], findings: Findings) -> None:
    replies = [message for message in messages if message["role"] == "assistant"]
    if not replies:
        findings.add("no_assistant", "messages", f"none of the {len(messages)} messages is from the assistant")
    elif messages[-1]["role"] != "assistant":
        found = f"the last message has role {messages[-1]['role']!r}"
        findings.add("no_final_reply", f"messages[{len(messages) - 1}]", found)
    elif all(reply.get("weight") == 0 for reply in replies):
        findings.add("row_without_loss", "messages", "every assistant message has weight 0")


def check_turns(messages: list[dict[str, Any]], findings: Findings) -> set[str]:
    """Check that calls are answered before others speak, and that no reply follows a reply.

    Gives the calls that are still open after the last message.
    """
    open_calls: set[str] = set()
    previous = ""
    for index, message in enumerate(messages):
        role = message["role"]
        if role in ("tool", "function"):
            _close_call(message, index, open_calls, findings)
        else:
            expect_no_open_call(index, role, open_calls, findings)
        if role == "assistant":
            if previous == "assistant":
                found = f"messages {index} and {index + 1} are both from the assistant"
                findings.add("assistant_after_assistant", f"messages[{index}]", found)
            open_calls = _opened_calls(message)
        previous = role
    return open_calls


def expect_no_open_call(index: int, role: str, open_calls: set[str], findings: Findings) -> None:
    if open_calls:
        found = f"message {index + 1} has role {role!r}, but {len(open_calls)} call(s) before it got no result"
        findings.add("call_not_answered", f"messages[{index}]", found)
        open_calls.clear()


def _opened_calls(message: dict[str, Any]) -> set[str]:
    """Give the ids of the calls that wait for a result; a call of the older kind waits under its name."""
    calls = message.get("tool_calls")
    ids = [call.get("id") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    opened = {call_id for call_id in ids if isinstance(call_id, str)}
    older = message.get("function_call")
    return opened | {_older_id(older)} if isinstance(older, dict) else opened


def _older_id(call_or_result: dict[str, Any]) -> str:
    name = call_or_result.get("name")
    return f"function {name if isinstance(name, str) else None}"


def _close_call(message: dict[str, Any], index: int, open_calls: set[str], findings: Findings) -> None:
    is_older = message["role"] == "function"
    call = _older_id(message) if is_older else message.get("tool_call_id")
    if call is None:
        findings.add("missing_call_id", f"messages[{index}].tool_call_id", f"message {index + 1} names no call")
        # Which call it answers is unknown: the rest of the row would only repeat this problem.
        open_calls.clear()
    elif isinstance(call, str) and call in open_calls:
        open_calls.discard(call)
    else:
        found = f"message {index + 1} answers {shown(call)}, which is no open call"
        findings.add("unknown_call_id", f"messages[{index}]", found)
        open_calls.clear()
