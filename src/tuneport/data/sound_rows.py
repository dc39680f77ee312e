"""Rows of which nothing is to be said, told at the speed of a parser.

The rules of a file are in `row_checks.py` and what it calls. Here stands only what most rows look like, as types that
msgspec parses into: a row that fits is right by the rules, one that does not is left to them. A test holds the two
together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Annotated, Literal, TypeVar

import msgspec
import orjson
from msgspec import Meta, Raw, Struct

from tuneport.data.arguments import find_argument_faults
from tuneport.data.formats import Format
from tuneport.data.json_value import parse_json
from tuneport.data.parameters import Parameters
from tuneport.data.problems import Findings
from tuneport.data.rules import MAX_VALUES
from tuneport.data.tools import DeclaredTools, check_declared_tools

REMEMBERED_TOOLS = 256
REMEMBERED_BYTES = 16_384
"""A longer text of tools is read anew in each row: what is remembered takes some ten times its text."""

_SomeText = Annotated[str, Meta(min_length=1)]


class _TextPart(Struct, tag_field="type", tag="text", forbid_unknown_fields=True, gc=False):
    text: str


_Content = str | Annotated[list[_TextPart], Meta(min_length=1)]


class _Said(Struct, tag_field="role", forbid_unknown_fields=True, gc=False):
    content: _Content
    name: str | None = None


class _System(_Said, tag="system", gc=False): ...


class _Developer(_Said, tag="developer", gc=False): ...


class _User(_Said, tag="user", gc=False): ...


class _Result(_Said, tag="tool", kw_only=True, gc=False):
    tool_call_id: str


class _Function(Struct, forbid_unknown_fields=True, gc=False):
    name: str
    arguments: str


class _Call(Struct, forbid_unknown_fields=True, gc=False):
    id: _SomeText
    type: Literal["function"]
    function: _Function


class _Reply(Struct, tag_field="role", tag="assistant", forbid_unknown_fields=True, gc=False):
    content: _Content | None = None
    name: str | None = None
    weight: Literal[0, 1] | None = None
    tool_calls: list[_Call] | None = None


_Message = _System | _Developer | _User | _Reply | _Result


_NO_TOOLS = Raw()


class _Chat(Struct, forbid_unknown_fields=True, gc=False):
    """A chat row, and the input of a preference row."""

    messages: Annotated[list[_Message], Meta(min_length=1)]
    tools: Raw = _NO_TOOLS
    parallel_tool_calls: bool | None = None


class _TextRow(Struct, forbid_unknown_fields=True, gc=False):
    prompt: str
    completion: _SomeText


_Row = TypeVar("_Row")
_Answer = Annotated[list[_Reply], Meta(min_length=1, max_length=1)]


class _PreferenceRow(Struct, forbid_unknown_fields=True, gc=False):
    input: _Chat
    preferred_output: _Answer
    non_preferred_output: _Answer


def find_unsure_rows(row_format: Format, lines: Sequence[bytes], most_bytes: int) -> list[int]:
    """Give the places of those lines that are not surely right as rows of a file in this format.

    The rules have the last word on them, as on lines of more than `most_bytes`; of all others they would say nothing.
    """
    if row_format == "chat":
        return _unsure(lines, min(most_bytes, MAX_VALUES), _decode_chat, _is_sound_chat)
    if row_format == "preference":
        return _unsure(lines, min(most_bytes, MAX_VALUES), _decode_preference, _is_sound_preference)
    if row_format == "prompt_completion":
        return _unsure(lines, min(most_bytes, MAX_VALUES), _decode_text, bool)
    return list(range(len(lines)))


def _unsure(
    lines: Sequence[bytes], most_bytes: int, decode: Callable[[bytes], _Row], is_sound: Callable[[_Row], bool]
) -> list[int]:
    unsure = []
    for place, line in enumerate(lines):
        try:
            # Of a key that comes twice, the first value would not be looked at.
            if len(line) <= most_bytes and line.count(b'"tools"') < 2 and is_sound(decode(line)):
                continue
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        unsure.append(place)
    return unsure


_decode_chat = msgspec.json.Decoder(_Chat).decode
_decode_text = msgspec.json.Decoder(_TextRow).decode
_decode_preference = msgspec.json.Decoder(_PreferenceRow).decode


def _is_sound_chat(chat: _Chat) -> bool:
    last = chat.messages[-1]
    if type(last) is not _Reply or (last.weight == 0 and not any(map(_is_trained, chat.messages))):
        return False
    return _is_sound_conversation(chat.messages, chat)


def _is_sound_preference(row: _PreferenceRow) -> bool:
    messages, (preferred,), (other,) = row.input.messages, row.preferred_output, row.non_preferred_output
    if type(messages[-1]) is _Reply or any(type(message) is _Reply and message.weight for message in messages):
        return False
    if preferred.weight == 0 or other.weight == 0 or preferred.content == other.content:
        return False
    # The other answer follows the same words; what it calls stays open, as it does at the end of any row.
    return _is_sound_conversation([*messages, preferred], row.input) and _is_sound_conversation([other], row.input)


def _is_sound_conversation(messages: Sequence[_Message], chat: _Chat) -> bool:
    """Say whether each reply is sound and follows another's words, and each call is answered before anyone speaks."""
    declared = {} if chat.tools is _NO_TOOLS else _declared_tools(bytes(chat.tools))
    if declared is None:
        return False
    open_calls: set[str] = set()
    follows_reply = False
    for message in messages:
        if type(message) is _Reply:
            if follows_reply or open_calls:
                return False
            follows_reply = True
            if message.tool_calls:
                open_calls = {call.id for call in message.tool_calls}
                if len(open_calls) < len(message.tool_calls) or (
                    len(open_calls) > 1 and chat.parallel_tool_calls is False
                ):
                    return False
                if not all(_is_sound_call(call.function, declared) for call in message.tool_calls):
                    return False
            elif not message.content or (type(message.content) is str and message.content.isspace()):
                return False
            continue
        follows_reply = False
        if type(message) is _Result:
            if message.tool_call_id not in open_calls:
                return False
            open_calls.discard(message.tool_call_id)
        elif open_calls:
            return False
    return True


def _is_sound_call(function: _Function, declared: dict[str, Parameters]) -> bool:
    is_declared = function.name in declared
    return is_declared and not find_argument_faults(function.arguments, declared[function.name])


def _is_trained(message: _Message) -> bool:
    return type(message) is _Reply and message.weight != 0


def _declared_tools(tools: bytes) -> DeclaredTools:
    """Give what is declared, by the JSON text of `tools`; `None` where the rules have something to say of it."""
    return _remembered_tools(tools) if len(tools) <= REMEMBERED_BYTES else _read_tools(tools)


@lru_cache(maxsize=REMEMBERED_TOOLS)
def _remembered_tools(tools: bytes) -> DeclaredTools:
    return _read_tools(tools)


def _read_tools(tools: bytes) -> DeclaredTools:
    if not tools:
        return {}
    try:
        # As deep as in the deepest of rows.
        row = parse_json(b'{"input": {"tools": %b}}' % tools)
    except orjson.JSONDecodeError:
        return None
    findings = Findings()
    declared = check_declared_tools(row["input"], findings)
    return None if findings.counts_by_code else declared
