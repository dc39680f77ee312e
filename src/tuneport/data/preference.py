"""The rules of a preference row: one input, two answers."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from tuneport.data.chat import check_message, did_you_mean, unknown_keys
from tuneport.data.problems import Findings, shown
from tuneport.data.repair_commands import decode_hint
from tuneport.data.rules import INPUT_KEYS, PREFERENCE_KEYS
from tuneport.data.tools import DeclaredTools, check_declared_tools, check_one_call_each
from tuneport.data.turns import check_turns, expect_no_open_call

Answer = Literal["preferred", "non_preferred"]
ANSWERS: tuple[Answer, ...] = ("preferred", "non_preferred")
_KNOWN_KEYS = frozenset({"input", *(f"{answer}_{word}" for answer in ANSWERS for word in ("output", "completion"))})


def answer_key(row: dict[str, Any], answer: Answer) -> str:
    """Give the key under which the row has it: `…_completion` is how OpenAI first spelled it."""
    return f"{answer}_completion" if f"{answer}_completion" in row else f"{answer}_output"


def check_preference_row(row: dict[str, Any], findings: Findings) -> None:
    """Add to `findings` everything that is wrong with one row of the preference format."""
    for key in unknown_keys(row, _KNOWN_KEYS):
        hint = partial(did_you_mean, key, PREFERENCE_KEYS)
        findings.add("unknown_preference_key", key, f"the row has the key {shown(key)}", hint)
    tools, messages = _check_input(row, findings)
    preferred, non_preferred = (_check_answer(row, answer, tools, findings) for answer in ANSWERS)
    if messages is not None and preferred is not None:
        _check_conversation(row, messages, [preferred, non_preferred], findings)
    if preferred is not None and _learned(preferred) == _learned(non_preferred):
        findings.add("identical_outputs", answer_key(row, "non_preferred"), "the row has the same answer twice")


def _check_input(row: dict[str, Any], findings: Findings) -> tuple[DeclaredTools, list[dict[str, Any]] | None]:
    """Give the tools, and the messages, `None` where they cannot be judged further."""
    given = row.get("input")
    if given is None:
        findings.add("missing_input", "input", "the row is missing key 'input'")
        return None, None
    if not isinstance(given, dict):
        findings.add("input_not_object", "input", f"'input' is {shown(given)}")
        return None, None
    with findings.inside("input"):
        for key in unknown_keys(given, INPUT_KEYS):
            hint = partial(did_you_mean, key, INPUT_KEYS)
            findings.add("unknown_input_key", key, f"there is the key {shown(key)}", hint)
        tools = check_declared_tools(given, findings)
        return tools, _check_messages(given.get("messages"), tools, findings)


def _check_messages(messages: Any, tools: DeclaredTools, findings: Findings) -> list[dict[str, Any]] | None:
    if not isinstance(messages, list):
        findings.add("messages_not_list", "messages", f"'messages' is {shown(messages)}", decode_hint(messages))
        return None
    if not messages:
        findings.add("no_input_messages", "messages", "'messages' is an empty list")
        return None
    whole = [message for index, message in enumerate(messages) if check_message(message, index, tools, findings)]
    if len(whole) < len(messages):
        return None
    for index, message in enumerate(messages):
        if message["role"] == "assistant" and message.get("weight") == 1:
            findings.add("weight_ignored", f"messages[{index}].weight", f"message {index + 1} has weight 1")
    if messages[-1]["role"] == "assistant":
        found = f"the last message, number {len(messages)}, is from the assistant"
        findings.add("input_ends_on_assistant", f"messages[{len(messages) - 1}]", found)
        return None
    return messages


def _check_answer(
    row: dict[str, Any], answer: Answer, tools: DeclaredTools, findings: Findings
) -> dict[str, Any] | None:
    """Give the answer's message, `None` where it cannot be judged further."""
    key = answer_key(row, answer)
    if key.endswith("completion") and f"{answer}_output" in row:
        findings.add("output_spelled_twice", key, f"the row has '{answer}_output' and {key!r}")
        return None
    messages = row.get(key)
    if messages is None:
        findings.add("missing_output", key, f"the row is missing key {key!r}")
        return None
    if not isinstance(messages, list) or len(messages) != 1:
        what = f"a list of {len(messages)} messages" if isinstance(messages, list) else shown(messages)
        findings.add("output_not_one_message", key, f"{key!r} is {what}")
        return None
    with findings.inside(key, is_list=True):
        return _checked_answer(messages[0], tools, findings)


def _checked_answer(message: Any, tools: DeclaredTools, findings: Findings) -> dict[str, Any] | None:
    if not check_message(message, 0, tools, findings):
        return None
    if message["role"] != "assistant":
        findings.add("output_not_assistant", "messages[0].role", f"the message has role {message['role']!r}")
        return None
    if message.get("weight") == 0:
        findings.add("weight_ignored", "messages[0].weight", "the message has weight 0")
    return dict(message)


def _check_conversation(
    row: dict[str, Any], messages: list[dict[str, Any]], answers: list[dict[str, Any] | None], findings: Findings
) -> None:
    """Check the order of the messages, `answers` behind them, and whether calls may stand side by side."""
    is_one_call_each = row["input"].get("parallel_tool_calls") is False
    with findings.inside("input"):
        open_calls = check_turns(messages, findings)
        if is_one_call_each:
            check_one_call_each(messages, findings)
    for answer, message in zip(ANSWERS, answers, strict=True):
        with findings.inside(answer_key(row, answer), is_list=True):
            # Once for both: they answer the same.
            expect_no_open_call(0, "assistant", open_calls, findings)
            if is_one_call_each and message is not None:
                check_one_call_each([message], findings)


def _learned(message: dict[str, Any] | None) -> Any:
    """Give what of an answer the model would learn."""
    return message and {key: value for key, value in message.items() if key != "weight" and value is not None}
