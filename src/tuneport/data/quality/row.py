"""A row as its quality is judged: what is asked, what is answered, and both in a form that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from tuneport.data.preference import ANSWERS, answer_key
from tuneport.data.reading import RawRow

_INSTRUCTING_ROLES = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    """Line in the file, from 1."""
    value: dict[str, Any]
    key: int
    """Equal for rows that are the same JSON, in whatever order of keys."""
    prompt_key: int | None
    """Equal for rows that ask the same, but for case and white space; `None` where nothing is answered."""
    contradiction_key: int | None
    """Equal for rows that ask the same and may not answer otherwise: of a preference row the pair belongs to it."""
    answer_key: int | None
    answer: str | None
    """Text of the last answer, empty for one that only calls tools; `None` where there is none."""
    has_calls: bool
    """Whether the last answer calls tools."""
    prompt_text: str
    """What is asked, without instructions (system and developer messages), lower case, single spaces."""
    whole_text: str
    """The same with the answer."""


def as_quality_row(raw: RawRow) -> Row | None:
    """Give the row, `None` where it is no JSON object."""
    value = raw.value
    if not isinstance(value, dict):
        return None
    asked, answer = _asked_and_answered(value)
    calls = _calls(answer)
    prompt_text = _spoken(asked)
    key = _json_key(value)
    prompt_key = None if answer is None else _prompt_key(value, asked)
    pair = _pair(value)
    return Row(
        line=raw.line,
        value=value,
        key=hash(raw.content.strip()) if key is None else key,
        prompt_key=prompt_key,
        contradiction_key=hash((prompt_key, *_pair_key(pair))) if prompt_key is not None and pair else prompt_key,
        answer_key=None if answer is None else _answer_key(answer),
        answer=None if answer is None else plain_text(answer.get("content")),
        has_calls=bool(calls),
        prompt_text=prompt_text,
        whole_text=prompt_text if answer is None else f"{prompt_text} {_spoken(pair or [answer])}",
    )


def instructions_key(value: dict[str, Any]) -> int:
    """Give a number that is equal for rows whose system and developer messages say the same."""
    asked, _ = _asked_and_answered(value)
    said = (plain_text(message.get("content")) for message in asked if message.get("role") in _INSTRUCTING_ROLES)
    return hash(_normal(" ".join(said)))


def offered_tools(value: dict[str, Any]) -> set[str]:
    """Give the names of the tools that a row offers; what is not of the right kind is left out."""
    part = value["input"] if isinstance(value.get("input"), dict) else value
    offered = [tool.get("function") for tool in _records(part.get("tools"))] + _records(part.get("functions"))
    names = (function.get("name") for function in offered if isinstance(function, dict))
    return {name for name in names if isinstance(name, str)}


def plain_text(content: Any) -> str:
    """Give the text of a content, parts joined; empty where there is none."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def _asked_and_answered(value: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Give the messages before the last answer, and the answer; what is not of the right kind is left out."""
    if isinstance(value.get("input"), dict):
        answers = _records(value.get(answer_key(value, "preferred")))
        return _records(value["input"].get("messages")), answers[-1] if answers else None
    if "messages" not in value and ("prompt" in value or "completion" in value):
        asked = [{"role": "user", "content": value.get("prompt")}]
        return asked, {"role": "assistant", "content": value.get("completion")}
    messages = _records(value.get("messages"))
    if messages and messages[-1].get("role") == "assistant":
        return messages[:-1], messages[-1]
    return messages, None


def _records(value: Any) -> list[dict[str, Any]]:
    return [record for record in value if isinstance(record, dict)] if isinstance(value, list) else []


def _prompt_key(value: dict[str, Any], asked: list[dict[str, Any]]) -> int | None:
    messages = [
        [message.get("role"), _normal(plain_text(message.get("content"))), _calls(message)] for message in asked
    ]
    part = value["input"] if isinstance(value.get("input"), dict) else value
    return _json_key([messages, part.get("tools"), part.get("functions")])


def _pair(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Give both answers of a preference row; none of another row."""
    if not isinstance(value.get("input"), dict):
        return []
    return [message for answer in ANSWERS for message in _records(value.get(answer_key(value, answer)))[-1:]]


def _pair_key(pair: list[dict[str, Any]]) -> list[int]:
    """Give the same for a pair and for the turned one: several pairs for one prompt are no contradiction."""
    return sorted(key for key in map(_answer_key, pair) if key is not None)


def _answer_key(answer: dict[str, Any]) -> int | None:
    return _json_key([_normal(plain_text(answer.get("content"))), _calls(answer)])


def _calls(message: dict[str, Any] | None) -> list[Any]:
    """Give the functions that a message calls, without the ids of the calls."""
    if message is None:
        return []
    given = message.get("tool_calls")
    calls = [call.get("function") for call in given if isinstance(call, dict)] if isinstance(given, list) else []
    older = message.get("function_call")
    return [*calls, older] if isinstance(older, dict) else calls


def _spoken(messages: list[dict[str, Any]]) -> str:
    """Give what is said and called, without instructions: rows that share a long one are not alike for that."""
    said = []
    for message in messages:
        if message.get("role") in _INSTRUCTING_ROLES:
            continue
        said.append(plain_text(message.get("content")))
        for call in _calls(message):
            if isinstance(call, dict):
                said += [call[key] for key in ("name", "arguments") if isinstance(call.get(key), str)]
    return _normal(" ".join(said))


def _normal(text: str) -> str:
    return " ".join(text.split()).casefold()


def _json_key(value: Any) -> int | None:
    """Give a number for a JSON value; `None` for one that is nested too deep to be written again."""
    try:
        return hash(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    except orjson.JSONEncodeError:
        return None
