"""Shows that a tuned model is served: one chat call to the running server, with a row of the data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tuneport.cli.chat_turn import calls_text, request_part, tools_of
from tuneport.cli.client import Client
from tuneport.core import DataError, EngineFailed

_LONGEST = 160
_MOST_TOKENS = 256
"""A model that has learnt too little may talk on to the end of its context."""


def ask_served_model(client: Client, model: str, data_file: Path) -> dict[str, Any]:
    """Ask `model` what the first row of `data_file` asks, and give `base_url`, `model`, `question` and `answer`.

    The request has the row's tools and its messages before the last one of the assistant, or the input of a preference
    row. Raises `DataError` where the first row has none, and `EngineFailed` where there is no answer.
    """
    messages, tools = _read_request(data_file)
    body = {"model": model, "messages": messages, "temperature": 0, "max_completion_tokens": _MOST_TOKENS}
    if tools:
        body["tools"] = tools
    completion = client.post("chat/completions", body)
    if not completion.get("choices"):
        raise EngineFailed(f"{client.url}/chat/completions gave no answer of {model}.", code="no_answer")
    message = completion["choices"][0]["message"]
    answer = "\n".join(filter(None, (message.get("content"), calls_text(message))))
    return {"base_url": client.url, "model": model, "question": _question(messages), "answer": answer}


def served_text(served: dict[str, Any], *, stays: bool) -> str:
    """Say in one paragraph what the model was asked and answered, and where it is served by a server that stays."""
    where = f"Served at {served['base_url']} as {served['model']};" if stays else "It answers:"
    question, answer = _one_line(served["question"]), _one_line(served["answer"])
    return f"{where} asked: {question!r}, answered: {answer or 'nothing'}"


def _read_request(data_file: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the messages before the last one of the assistant, and the tools, of the first row."""
    try:
        with data_file.open(encoding="utf-8-sig") as file:
            row = json.loads(next(line for line in file if line.strip()))
        request = request_part(row)
        asked = request["messages"] if "input" in row else _before_the_answer(row["messages"])
        messages = [_as_sent(message, index) for index, message in enumerate(asked)]
        return messages, tools_of(request)
    except (OSError, StopIteration, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{data_file}: the first row is not a chat row with an answer, so nothing could be asked. "
            "`tuneport data check` says what is wrong.",
            code="no_question",
        ) from error


def _before_the_answer(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return messages[: max(index for index, message in enumerate(messages) if message["role"] == "assistant")]


def _as_sent(message: dict[str, Any], index: int) -> dict[str, Any]:
    """Training rows may have weights and the older form of calls, which are no part of a chat request."""
    sent = {name: value for name, value in message.items() if name not in {"weight", "function_call"}}
    if call := message.get("function_call"):
        sent["tool_calls"] = [{"id": f"call_{index}", "type": "function", "function": call}]
    return sent


def _question(messages: list[dict[str, Any]]) -> str:
    """Give the last thing that the user says, or the last message if the user says nothing."""
    asked = [message for message in messages if message["role"] == "user"] or messages
    content = asked[-1].get("content") if asked else None
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
