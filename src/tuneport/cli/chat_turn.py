"""One turn of a conversation: the request, and the answer as it streams in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.core import DataError

_INSTRUCTION_ROLES = ("system", "developer")


def ask(
    client: Client,
    model: str,
    messages: list[dict[str, Any]],
    tools: list[dict[str, Any]],
    *,
    on_text: Callable[[str], None],
) -> dict[str, Any]:
    """Stream the model's answer to `on_text` and give it as a message to append to the conversation."""
    body = {"model": model, "messages": messages, "stream": True, **({"tools": tools} if tools else {})}
    text = ""
    calls: dict[int, dict[str, Any]] = {}
    for chunk in client.stream("chat/completions", body):
        for choice in chunk.get("choices", ()):
            delta = choice["delta"]
            if delta.get("content"):
                text += delta["content"]
                on_text(delta["content"])
            for part in delta.get("tool_calls") or ():
                _add_part(calls, part)
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    return message | {"tool_calls": list(calls.values())} if calls else message


def read_setting(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the instructions and the tools of the first row of a data file: what its model was trained to expect."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            row = json.loads(next(line for line in file if line.strip()))
        request = request_part(row)
        instructions = [message for message in request["messages"] if message["role"] in _INSTRUCTION_ROLES]
        return instructions, tools_of(request)
    except (StopIteration, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path}: the first row is not a chat row. --like needs a file of rows with `messages`, such as the one "
            "that the model was trained on. `tuneport data check` says what is wrong."
        ) from error


def request_part(row: dict[str, Any]) -> dict[str, Any]:
    """Give what of a data row is like a chat request: the input of a preference row, else the row."""
    part: dict[str, Any] = row.get("input", row)
    return part


def tools_of(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the tools of what `request_part` gave, also where they are in the older form, `functions`."""
    functions = [{"type": "function", "function": function} for function in request.get("functions") or []]
    return request.get("tools") or functions


def calls_text(message: dict[str, Any]) -> str:
    """Give the calls of a message, one a line, as `name(arguments)`; empty if there are none."""
    functions = [call["function"] for call in message.get("tool_calls") or ()]
    return "\n".join(f"{function['name']}({function['arguments']})" for function in functions)


def _add_part(calls: dict[int, dict[str, Any]], part: dict[str, Any]) -> None:
    """A call streams as its id and name, then pieces of its arguments."""
    call = calls.setdefault(part["index"], {"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
    call["id"] = part.get("id") or call["id"]
    for field, piece in (part.get("function") or {}).items():
        call["function"][field] += piece or ""
