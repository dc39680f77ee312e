"""The functions of a request, and which of them its answer may call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuneport.api.responses.wire import AllowedTools, FunctionToolRequest, NamedTool, ResponseCreateRequest
from tuneport.workspace import ToolChoice, require_sound_calls


def asked_tools(body: ResponseCreateRequest) -> tuple[dict[str, Any], ...]:
    """Give the tools in the form of chat completions."""
    return tuple(map(_chat_tool, body.tools or []))


def asked_choice(body: ResponseCreateRequest, tools: Sequence[dict[str, Any]]) -> ToolChoice | None:
    """Give the choice; `None` where nothing may be called. Raises `InvalidRequest` for one that can't be held."""
    match body.tool_choice:
        case "none":
            return None
        case "required":
            choice = ToolChoice("required")
        case NamedTool(name=name):
            choice = ToolChoice("required", (name,))
        case AllowedTools(mode=mode, tools=allowed):
            choice = ToolChoice(mode, tuple(tool.name for tool in allowed))
        case _:
            choice = ToolChoice()
    require_sound_calls(tools, choice, place="tools.{}.parameters", param="tool_choice")
    return choice


def choice_object(choice: ToolChoice | None) -> str | dict[str, Any]:
    """Give the choice in OpenAI's words."""
    if choice is None:
        return "none"
    if not choice.names:
        return choice.mode
    named = [{"type": "function", "name": name} for name in choice.names]
    if choice.mode == "required" and len(named) == 1:
        return named[0]
    return {"type": "allowed_tools", "mode": choice.mode, "tools": named}


def _chat_tool(tool: FunctionToolRequest) -> dict[str, Any]:
    # What was not sent is left out, so that the model sees the tools as its training rows had them.
    return {"type": "function", "function": tool.model_dump(exclude_unset=True, exclude={"type"})}
