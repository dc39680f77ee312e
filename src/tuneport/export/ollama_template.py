"""A chat template in Ollama's language, found by asking the model's own what it writes around each message.

Ollama does not run Jinja. Where a file comes without a template of its kind, it guesses one, and a model that reads
another prompt than it was trained on answers badly. So the parts are found here, and proved: put together, they must
give the text of the model's own template for conversations of every shape.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from tuneport.core import InvalidRequest
from tuneport.data import Message
from tuneport.tokens import Renderer

_SYSTEM, _USER, _ANSWER, _MORE = "You are terse.", "First question?", "One answer.", "Second question?"


@dataclass(frozen=True)
class OllamaTemplate:
    without_system: str
    """What stands first where no system message does."""
    system: tuple[str, str]
    """Before and after its content, as are the two below."""
    user: tuple[str, str]
    assistant: tuple[str, str]

    def render(self, messages: Sequence[Message]) -> str:
        """Give what Ollama sends to the model."""
        around = {"system": self.system, "user": self.user, "assistant": self.assistant}
        turns = [around[message.role][0] + (message.content or "") + around[message.role][1] for message in messages]
        start = self.without_system if messages[0].role != "system" else ""
        return start + "".join(turns) + self.assistant[0]

    def text(self) -> str:
        """Give the template in the language of Go's text/template; all its own text stands in quotes."""
        lines = [
            f'{{{{- if ne (index .Messages 0).Role "system" }}}}{_quoted(self.without_system)}{{{{ end }}}}',
            "{{- range .Messages }}",
            f'{{{{- if eq .Role "system" }}}}{_around(self.system)}',
            f'{{{{- else if eq .Role "user" }}}}{_around(self.user)}',
            f'{{{{- else if eq .Role "assistant" }}}}{_around(self.assistant)}',
            "{{- end }}",
            "{{- end }}",
            f"{{{{- {json.dumps(self.assistant[0], ensure_ascii=False)} }}}}",
        ]
        return "\n".join(lines)


def find_ollama_template(renderer: Renderer) -> OllamaTemplate:
    """Give it without the token that begins each text, which Ollama puts first itself: the GGUF file tells it to.

    Raises `InvalidRequest` (code `no_ollama_template`) where the model's template is of another make.
    """
    conversations = _conversations()
    start = "" if renderer.text_start_id is None else renderer.token_of(renderer.text_start_id)
    try:
        texts = [renderer.prompt_text(conversation, ()).removeprefix(start) for conversation in conversations]
    except InvalidRequest:
        # A template may refuse system messages, say.
        texts = []
    template = _find(texts) if texts else None
    if template is None or [template.render(conversation) for conversation in conversations] != texts:
        raise InvalidRequest(
            "The model's chat template writes more around a message than Ollama's templates can tell, so answers there "
            "would not be the trained model's. Use the format 'gguf' with llama.cpp, which runs the template itself.",
            code="no_ollama_template",
            param="format",
        )
    return template


def _conversations() -> list[tuple[Message, ...]]:
    system, user, answer = Message("system", _SYSTEM), Message("user", _USER), Message("assistant", _ANSWER)
    more = Message("user", _MORE)
    turns = [(user,), (user, answer, more), (user, answer, more, answer, user)]
    return [*turns, *((system, *turn) for turn in turns)]


def _find(texts: Sequence[str]) -> OllamaTemplate | None:
    """`texts`: what the model's template makes of the conversations."""
    alone, with_answer, _, alone_after_system, *_ = texts
    try:
        before_system, rest = alone_after_system.split(_SYSTEM)
        system_to_user, question_to_answer = rest.split(_USER)
        before_alone, _ = alone.split(_USER)
        _, after_answer = with_answer.split(_ANSWER)
        answer_to_user, _ = after_answer.split(_MORE)
    except ValueError:
        return None
    before_user = _common_end(_common_end(system_to_user, answer_to_user), before_alone)
    after_system = system_to_user.removesuffix(before_user)
    after_user = _common_start(question_to_answer, after_system)
    return OllamaTemplate(
        without_system=before_alone.removesuffix(before_user),
        system=(before_system, after_system),
        user=(before_user, after_user),
        assistant=(question_to_answer.removeprefix(after_user), answer_to_user.removesuffix(before_user)),
    )


def _common_end(left: str, right: str) -> str:
    return _common_start(left[::-1], right[::-1])[::-1]


def _common_start(left: str, right: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    return "".join(letter for letter, _ in pairs)


def _quoted(text: str) -> str:
    return f"{{{{ {json.dumps(text, ensure_ascii=False)} }}}}" if text else ""


def _around(parts: tuple[str, str]) -> str:
    return f"{_quoted(parts[0])}{{{{ .Content }}}}{_quoted(parts[1])}"
