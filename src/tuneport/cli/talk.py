"""A conversation with one model, as it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuneport.cli.chat_turn import ask
from tuneport.cli.client import Client


class Talk:
    """Where two models are asked the same, each has a talk of its own: it sees its own answers only."""

    def __init__(
        self, client: Client, model: str, instructions: list[dict[str, Any]], tools: list[dict[str, Any]]
    ) -> None:
        self.model = model
        self._client = client
        self._messages = list(instructions)
        self._tools = tools

    def ask(self, question: str, on_text: Callable[[str], None]) -> dict[str, Any]:
        """Give the answer's message. A question that fails is as if it had not been asked."""
        messages = [*self._messages, {"role": "user", "content": question}]
        answer = ask(self._client, self.model, messages, self._tools, on_text=on_text)
        self._messages = [*messages, answer]
        return answer
