"""A model's chat template as plain text pieces, with what the model itself writes marked as such.

Templates come from strangers: they run in Jinja's sandbox, without access to anything but the row.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any, NamedTuple, NoReturn, Self

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tuneport.core import InvalidRequest
from tuneport.data import Message

_TOOL_KEYS = ("name", "description", "parameters", "strict")
_ATTRIBUTES_OF_DICT = frozenset(dir(dict))
_TEMPLATE_ERRORS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""A template may take for granted what a row need not have, such as that parameters have properties."""


class Piece(NamedTuple):
    """A stretch of the rendered row. Pieces are tokenized apart, so that a prompt's tokens are the same when served."""

    text: str
    message_index: int | None
    """Index of the assistant message that this text is; `None` for text that the model reads and does not write."""


HasRoomAfter = Callable[[Sequence[str]], bool]


class ChatTemplate:
    def __init__(self, source: str, *, bos_token: str = "", stop_tokens: Sequence[str] = ()) -> None:
        """`stop_tokens`: texts of the tokens that may end an answer; which of them does is the template's choice."""
        self._special = {"bos_token": bos_token, "eos_token": stop_tokens[0] if stop_tokens else ""}
        self.stop_tokens = tuple(stop_tokens)
        self._marks_answers = re.search(r"{%-?\s*generation\b", source) is not None
        self._environment = _sandbox()
        self._template = self._environment.from_string(source)
        # Plain: Jinja copies them for each row, and its own chain of dicts is slow to copy.
        self._template.globals = dict(self._template.globals)
        self._random = Random(secrets.randbits(128))
        self._day: date | None = None

    def as_of(self, day: date | None) -> Self:
        """Give the template as it is on that day, as some write the date into each row; `None` is today, whenever."""
        dated = copy(self)
        dated._day = day
        return dated

    def render(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        *,
        add_generation_prompt: bool,
        has_room_after: HasRoomAfter = lambda texts: True,
    ) -> list[Piece]:
        """Give the row's pieces in order; joined, they are the text that the model sees.

        `add_generation_prompt` ends it where the model's next answer begins. `has_room_after`: is told the pieces up to
        the end of each answer; once it says no, the answers behind need be told from the rest no more.
        Raises `InvalidRequest` where the template refuses the messages, and without `add_generation_prompt` where an
        answer can't be told from the rest.
        """
        if self._marks_answers:
            return self._render_marked(messages, tools, add_generation_prompt)
        full_text = self._run(messages, tools, add_generation_prompt)
        if add_generation_prompt and (pieces := self._cut_at_openings(full_text, messages, tools)):
            return pieces
        try:
            return self._cut_by_difference(full_text, messages, tools, add_generation_prompt, has_room_after)
        except InvalidRequest:
            if not add_generation_prompt:
                raise
        # What is only read needs no marks: Qwen3, say, writes an answer otherwise once more turns follow.
        return [Piece(full_text, None)]

    def _render_marked(
        self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], add_generation_prompt: bool
    ) -> list[Piece]:
        # A row can't contain a marker that is drawn anew for each rendering.
        marker = f"<{self._random.getrandbits(128):032x}>"
        text = self._run(messages, tools, add_generation_prompt, marker)
        answers = [index for index, message in enumerate(messages) if message.role == "assistant"]
        parts = enumerate(text.split(marker))
        return [Piece(part, answers[position // 2] if position % 2 else None) for position, part in parts if part]

    def _cut_at_openings(
        self, prompt: str, messages: Sequence[Message], tools: Sequence[dict[str, Any]]
    ) -> list[Piece] | None:
        """Cut the prompt by one more rendering, however many turns it has.

        `None` where the template does not begin each earlier answer as it begins the next one.
        """
        answers = [index for index, message in enumerate(messages) if message.role == "assistant"]
        if not answers:
            return [Piece(prompt, None)]
        opening = prompt.removeprefix(self._run(messages, tools, False))
        before, *parts = prompt.split(opening) if opening else [prompt]
        if len(parts) != len(answers) + 1:
            return None
        pieces = [Piece(before + opening, None)]
        for index, part in zip(answers, parts, strict=False):
            end = min((part.find(token) + len(token) for token in self.stop_tokens if token in part), default=0)
            pieces += [Piece(part[:end], index), Piece(part[end:] + opening, None)]
        return [piece for piece in pieces if piece.text]

    def _cut_by_difference(
        self,
        full_text: str,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        add_generation_prompt: bool,
        has_room_after: HasRoomAfter,
    ) -> list[Piece]:
        """Find each answer as what the row grows by when the answer is added to the turns before it."""
        pieces, position = [], 0
        # Each answer costs two renderings of all before it: of a row of many turns that is most of the time.
        for index, message in enumerate(messages):
            if message.role != "assistant":
                continue
            before = self._run(messages[:index], tools, True)
            is_whole_row = index + 1 == len(messages) and not add_generation_prompt
            after = full_text if is_whole_row else self._run(messages[: index + 1], tools, False)
            answer = self._up_to_its_end(after[len(before) :])
            if not full_text.startswith(before + answer):
                raise InvalidRequest(
                    f"The model's chat template rewrites earlier turns, "
                    f"so message {index + 1} can't be found in the row. "
                    "Use rows with one answer, or a template with {% generation %} marks."
                )
            read = full_text[position : len(before)]
            pieces += [Piece(read, None), Piece(answer, index)]
            position = len(before) + len(answer)
            if not has_room_after((read, answer)):
                break
        pieces.append(Piece(full_text[position:], None))
        return [piece for piece in pieces if piece.text]

    def _up_to_its_end(self, answer: str) -> str:
        """Cut what the template writes behind the token that ends the answer."""
        ends = [answer.rfind(token) + len(token) for token in self.stop_tokens if token in answer]
        if not ends:
            raise InvalidRequest(
                f"The model's chat template ends no answer with one of its stop tokens {self.stop_tokens!r}, so a "
                "tuned model would never stop. Use a template that does, or one with {% generation %} marks."
            )
        return answer[: max(ends)]

    def _run(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        add_generation_prompt: bool,
        marker: str = "",
    ) -> str:
        try:
            return self._template.render(
                # An argument, not a global: threads render at the same time.
                answer_marker=marker,
                strftime_now=self._strftime_now,
                messages=[_as_template_message(message) for message in messages],
                tools=[_as_template_tool(tool) for tool in tools] or None,
                add_generation_prompt=add_generation_prompt,
                **self._special,
            )
        except _TEMPLATE_ERRORS as error:
            raise InvalidRequest(f"The model's chat template refused the messages: {error}") from error

    def _strftime_now(self, pattern: str) -> str:
        moment = datetime.now(UTC) if self._day is None else datetime.combine(self._day, time.min, UTC)
        return moment.strftime(pattern)


class _JsonText(str):
    """JSON that is text already: `tojson` passes it on as it is."""


class _Sandbox(ImmutableSandboxedEnvironment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        # Jinja takes a key only once it has failed to find such an attribute, which is a good part of a row's time.
        if type(obj) is dict and attribute not in _ATTRIBUTES_OF_DICT:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


class _GenerationBlock(Extension):
    """`{% generation %} … {% endgeneration %}`: puts the marker of this rendering on both sides."""

    tags = {"generation"}  # noqa: RUF012, jinja2 declares it so

    def parse(self, parser: Parser) -> list[nodes.Node]:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        marker = nodes.Output([nodes.Name("answer_marker", "load")], lineno=line)
        return [marker, *body, marker]


def _sandbox() -> ImmutableSandboxedEnvironment:
    environment = _Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[_GenerationBlock, loopcontrols])
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _raise_exception
    return environment


def _to_json(value: Any, indent: int | None = None, **options: Any) -> str:
    """Not Jinja's own filter, which escapes for HTML."""
    if isinstance(value, _JsonText):
        return str(value)
    return json.dumps(value, ensure_ascii=False, indent=indent, **options)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def _as_template_tool(tool: dict[str, Any]) -> dict[str, Any]:
    """Put the function's keys in one order: a client may send another than the training rows had."""
    function = tool["function"]
    return {"type": "function", "function": {key: function[key] for key in _TOOL_KEYS if key in function}}


def _as_template_message(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        fields["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": _JsonText(call.arguments)}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        fields["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        fields["name"] = message.name
    return fields
