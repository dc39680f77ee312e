"""What a message says: text, or a list of text parts."""

from __future__ import annotations

from typing import Any

from tuneport.data.problems import Findings, shown

_NOT_TEXT = {
    "image_url": "an image",
    "input_image": "an image",
    "image": "an image",
    "input_audio": "sound",
    "audio": "sound",
    "video_url": "a video",
    "video": "a video",
    "file": "a file",
    "input_file": "a file",
}
"""Kinds of parts as OpenAI's chat and responses, and other programs, have them."""
_TEXT_ELSEWHERE = ("input_text", "output_text")
_TEXT_HINT = "Name the part's type 'text'."


def check_content(message: dict[str, Any], index: int, findings: Findings) -> None:
    content = message.get("content")
    if isinstance(content, str):
        _check_text(content, message, index, findings)
    elif content is None or content == []:
        if not (message.get("tool_calls") or message.get("function_call")):
            findings.add("missing_content", f"messages[{index}].content", f"message {index + 1} has no content")
    elif isinstance(content, list):
        _check_parts(content, index, findings)
    else:
        found = f"message {index + 1} has the content {shown(content)}"
        findings.add("content_not_text", f"messages[{index}].content", found)


def joined_text(content: Any) -> str | None:
    """Give the text of a checked content: parts joined, `None` for none."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content) if content else None
    return content if isinstance(content, str) else None


def _check_text(text: str, message: dict[str, Any], index: int, findings: Findings) -> None:
    if text and not text.isspace():
        return
    if message.get("role") == "assistant" and not (message.get("tool_calls") or message.get("function_call")):
        findings.add("blank_reply", f"messages[{index}].content", f"message {index + 1} is blank: {shown(text)}")


def _check_parts(parts: list[Any], index: int, findings: Findings) -> None:
    for position, part in enumerate(parts):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            continue
        where = f"messages[{index}].content[{position}]"
        what = _NOT_TEXT.get(kind) if isinstance(kind, str) else None
        if what is None:
            found = f"part {position + 1} of message {index + 1} is {shown(kind or part)}"
            findings.add("content_not_text", where, found, _TEXT_HINT if kind in _TEXT_ELSEWHERE else "")
        else:
            findings.add("image_content", where, f"part {position + 1} of message {index + 1} is {what} ({kind!r})")
