"""What a message says: text, or a list of text parts."""

from __future__ import annotations

from typing import Any

from tuneport.data.problems import Findings, shown


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
        code = "image_content" if kind in ("image_url", "input_audio", "file") else "content_not_text"
        found = f"part {position + 1} of message {index + 1} is {shown(kind or part)}"
        findings.add(code, f"messages[{index}].content[{position}]", found)
