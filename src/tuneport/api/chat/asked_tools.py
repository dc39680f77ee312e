"""The functions of a request, and which of them its answer may call, in either of OpenAI's wordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuneport.api.chat.tools_wire import AllowedToolsChoice, FunctionName, NamedTool, OlderFunctionRequest
from tuneport.api.chat.wire import CompletionRequest
from tuneport.core import InvalidRequest
from tuneport.workspace import ToolChoice, require_sound_calls


@dataclass(frozen=True)
class AskedTools:
    tools: tuple[dict[str, Any], ...]
    choice: ToolChoice
    allows_several: bool
    uses_functions: bool
    """Asked in the older words."""


def asked_tools(body: CompletionRequest) -> AskedTools:
    """Give what may be called. Raises `InvalidRequest` for a schema that is none, or a choice that isn't there."""
    is_older = body.functions is not None
    if (is_older or body.function_call is not None) and (body.tools is not None or body.tool_choice is not None):
        raise InvalidRequest(
            "The request mixes 'tools' and the older 'functions'. Send 'tools' with 'tool_choice', or 'functions' "
            "with 'function_call'.",
            code="invalid_value",
            param="functions",
        )
    choice = _older_choice(body) if is_older or body.function_call is not None else _choice(body)
    if choice is None:
        return AskedTools((), ToolChoice(), allows_several=True, uses_functions=is_older)
    functions: Sequence[OlderFunctionRequest] = body.functions or [tool.function for tool in body.tools or []]
    # What was not sent is left out, so that the model sees the tools as its training rows had them.
    tools = tuple({"type": "function", "function": function.model_dump(exclude_unset=True)} for function in functions)
    if is_older:
        require_sound_calls(tools, choice, place="functions.{}.parameters", param="function_call")
    else:
        require_sound_calls(tools, choice, place="tools.{}.function.parameters", param="tool_choice")
    # An older answer has room for one call.
    return AskedTools(tools, choice, body.parallel_tool_calls is not False and not is_older, is_older)


def _choice(body: CompletionRequest) -> ToolChoice | None:
    """Give the choice; `None` where nothing may be called."""
    match body.tool_choice:
        case "none":
            return None
        case "required":
            return ToolChoice("required")
        case NamedTool(function=function):
            return ToolChoice("required", (function.name,))
        case AllowedToolsChoice(allowed_tools=allowed):
            return ToolChoice(allowed.mode, tuple(tool.function.name for tool in allowed.tools))
    return ToolChoice()


def _older_choice(body: CompletionRequest) -> ToolChoice | None:
    match body.function_call:
        case "none":
            return None
        case FunctionName(name=name):
            return ToolChoice("required", (name,))
    return ToolChoice()


def choice_object(choice: ToolChoice, tools: Sequence[dict[str, Any]]) -> str | dict[str, Any] | None:
    """Give the choice in OpenAI's words; `None` where there was nothing to choose from."""
    if not tools:
        return None
    if not choice.names:
        return choice.mode
    named = [{"type": "function", "function": {"name": name}} for name in choice.names]
    if choice.mode == "required" and len(named) == 1:
        return named[0]
    return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": named}}
