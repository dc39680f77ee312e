"""Records with a column for each message."""

from __future__ import annotations

from itertools import islice
from typing import Any

from tuneport.data.convert.cells import text_if_any, text_of
from tuneport.data.convert.options import ConvertOptions, MappedPart
from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally, shown_key
from tuneport.data.convert.rows import Row, message, preference_row, question_and_answer

Columns = tuple[tuple[MappedPart, str], ...]

_KNOWN_QUESTIONS = ("user", "question", "query", "input", "prompt", "request", "human")
_KNOWN_ANSWERS = ("assistant", "answer", "response", "output", "reply", "completion", "target", "gpt")
_KNOWN_SYSTEMS = ("system", "system_prompt")
_MOST_KEYS = 6


def known_columns(record: dict[str, Any]) -> Columns | None:
    """Give the mapping of a record whose keys are usual names; `None` where they leave a doubt."""
    question, answer = _only_one(record, _KNOWN_QUESTIONS), _only_one(record, _KNOWN_ANSWERS)
    if question is None or answer is None:
        return None
    system = _only_one(record, _KNOWN_SYSTEMS)
    start: Columns = (("system", system),) if system is not None else ()
    return (*start, ("user", question), ("assistant", answer))


def convert_columns(record: dict[str, Any], options: ConvertOptions, tally: Tally) -> Row:
    """Raises `CannotConvert` for a record without the columns, or without a text in one."""
    columns = options.columns or known_columns(record)
    if columns is None:
        raise CannotConvert(unknown_keys(record))
    tally.note_keys(record.keys() - {name for _, name in columns})
    system = _joined(record, columns, "system", may_lack=True)
    question = _joined(record, columns, "user")
    if any(part == "assistant" for part, _ in columns):
        return question_and_answer(question, _joined(record, columns, "assistant"), system or None)
    asked = [message("system", system)] if system else []
    preferred, other = (message("assistant", _joined(record, columns, part)) for part in ("preferred", "non_preferred"))
    return preference_row([*asked, message("user", question)], preferred, other)


def unknown_keys(record: dict[str, Any]) -> str:
    keys = [shown_key(key) for key in islice(record, _MOST_KEYS)]
    more = f" and {len(record) - len(keys)} more" if len(record) > len(keys) else ""
    return (
        f"which of its keys ({', '.join(keys) or 'none'}{more}) is asked and which answered is not clear; "
        "name them with map, as in user=KEY and assistant=KEY"
    )


def _joined(record: dict[str, Any], columns: Columns, part: str, *, may_lack: bool = False) -> str:
    texts = []
    for name in (name for named, name in columns if named == part):
        if name not in record and not may_lack:
            raise CannotConvert(f"it has no column {name!r}")
        value = record.get(name)
        texts.append((text_if_any(value) or "") if may_lack else text_of(value, name))
    return "\n\n".join(text for text in texts if text)


def _only_one(record: dict[str, Any], known: tuple[str, ...]) -> str | None:
    found = [key for key in record if isinstance(key, str) and key.strip().lower() in known]
    return found[0] if len(found) == 1 else None
