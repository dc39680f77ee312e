"""Text of a conversation → turns → messages: "Speaker: text", plain, in Markdown, or in subtitles."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.rows import Message, message

_TIME = r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?\s{0,3}[-\u2013]?\s{0,3})?"
_NAME = r"[^\W\d_][\w .'()-]{0,39}"
_TURN = re.compile(rf"\s{{0,8}}(?:[-*>] )?{_TIME}\*{{0,2}}({_NAME}?)\*{{0,2}} ?:\*{{0,2}}(?:\s+(.*))?", re.DOTALL)
_VOICE = re.compile(r"<v(?:\.[^ <>]{1,80})? ([^<>]{1,80})>")
_TAG = re.compile(r"<[^<>]*>")
_SYSTEM = "system"


@dataclass(frozen=True)
class Turn:
    speaker: str
    lines: list[str]


def is_turn(line: str) -> bool:
    return _TURN.fullmatch(line.strip()) is not None


def read_turns(text: str) -> tuple[list[Turn], int]:
    """Give the turns, and how many lines before the first speaker belong to nobody."""
    lines = _subtitle_lines(text) if text.startswith("WEBVTT") else iter(text.splitlines())
    turns: list[Turn] = []
    n_before = 0
    for line in lines:
        found = _TURN.fullmatch(line)
        if found is not None:
            turns.append(Turn(found[1].strip(), [(found[2] or "").strip()]))
        elif turns:
            turns[-1].lines.append(line.rstrip())
        else:
            n_before += bool(line.strip())
    return turns, n_before


def chat_messages(turns: list[Turn], assistant: str) -> list[Message]:
    """Make one speaker the assistant and all others the user, turns of one role joined.

    Where several speak as the user, each text begins with its speaker's name.
    """
    speakers = list(dict.fromkeys(turn.speaker for turn in turns))
    if assistant.casefold() not in (speaker.casefold() for speaker in speakers):
        known = ", ".join(repr(speaker) for speaker in speakers[:8]) or "nobody"
        raise CannotConvert(f"{assistant!r} does not speak in it, but {known}; name whose words are to be learned")
    users = {turn.speaker for turn in turns if _role(turn, assistant) == "user"}
    messages = []
    for role, of_role in groupby(turns, key=lambda turn: _role(turn, assistant)):
        said = [_said(turn, names_speaker=role == "user" and len(users) > 1) for turn in of_role]
        content = "\n".join(text for text in said if text)
        if content:
            messages.append(message(role, content))
    return messages


def _said(turn: Turn, *, names_speaker: bool) -> str:
    text = "\n".join(turn.lines).strip()
    return f"{turn.speaker}: {text}" if text and names_speaker else text


def _role(turn: Turn, assistant: str) -> str:
    if turn.speaker.casefold() == assistant.casefold():
        return "assistant"
    return _SYSTEM if turn.speaker.casefold() == _SYSTEM else "user"


def _subtitle_lines(text: str) -> Iterator[str]:
    """Give what is said, without times, numbers and marks; a voice becomes "Speaker: text"."""
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        lines = block.splitlines()
        time = next((place for place, line in enumerate(lines) if "-->" in line), None)
        for line in lines[time + 1 :] if time is not None else ():
            plain = _VOICE.sub(lambda voice: f"{voice[1]}: ", line)
            yield _unescaped(_TAG.sub("", plain)).strip()


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError as error:
        raise CannotConvert("the number of a character in it, after '&#', is too long to be one") from error
