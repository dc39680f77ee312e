"""What a request demands of its answer's form and calls, checked and put into one grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuneport.core import InvalidRequest
from tuneport.inference import CallRule, FormRule, JsonRule, answer_grammar, check_schema
from tuneport.tokens import Renderer
from tuneport.workspace.chat import MAY_CALL, ChatRequest, ToolChoice


def callable_tools(request: ChatRequest) -> tuple[dict[str, Any], ...]:
    """Give the request's tools that its answer may call."""
    names = request.tool_choice.names
    return tuple(tool for tool in request.tools if not names or tool["function"]["name"] in names)


def request_grammar(request: ChatRequest, renderer: Renderer) -> str | None:
    """Give the grammar that the answer is held to; `None` where it is free.

    Raises `InvalidRequest` for a form that can't be held, or calls that are required and can't be made.
    """
    tools = callable_tools(request)
    is_required = request.tool_choice.mode == "required"
    calls = None
    if tools and renderer.call_shape is not None:
        calls = CallRule(renderer.call_shape, tools, is_required, request.parallel_tool_calls)
    elif is_required:
        raise InvalidRequest(
            f"The chat template of {request.model!r} writes no calls that this server can read back, so none can be "
            "required. Use 'tool_choice': 'auto', or a model whose template writes calls as JSON.",
            code="calls_not_supported",
            param="tool_choice",
        )
    return answer_grammar(request.form, calls)


def require_sound_calls(tools: Sequence[dict[str, Any]], choice: ToolChoice, *, place: str, param: str) -> None:
    """Raise `InvalidRequest` for calls that are demanded and can't be held.

    `place`: the field of a tool's parameters, with `{}` for its number; `param`: the field of the choice. Parameters
    that are no schema are refused where they are strict or a call is required; otherwise `rule_notices` tells of them.
    """
    _require_sound_choice(choice, tools, param)
    for index, tool in enumerate(tools):
        function = tool["function"]
        is_strict = function.get("strict") is True
        if function.get("parameters") is not None and (is_strict or choice.mode == "required"):
            check_schema(function["parameters"], is_strict=is_strict, param=place.format(index))


def _require_sound_choice(choice: ToolChoice, tools: Sequence[dict[str, Any]], param: str) -> None:
    known = [tool["function"]["name"] for tool in tools]
    unknown = next((name for name in choice.names if name not in known), None)
    if unknown is not None:
        raise InvalidRequest(
            f"{param!r} names the function {unknown!r}, and 'tools' has {', '.join(map(repr, known)) or 'none'}. "
            "Name one of these, or add the function.",
            code="invalid_value",
            param=param,
        )
    if choice.mode == "required" and not tools:
        raise InvalidRequest(
            f"{param!r} requires a call, and the request has no tools. Add 'tools', or leave {param!r} out.",
            code="invalid_value",
            param=param,
        )


def rule_notices(tools: Sequence[dict[str, Any]], form: FormRule | None) -> list[str]:
    """Say what of the schemas of a request that was taken does not hold for its answer."""
    notices = [
        _notice(f"the parameters of {tool['function']['name']!r}", tool["function"]["parameters"])
        for tool in tools
        if tool["function"].get("parameters") and not tool["function"].get("strict")
    ]
    if isinstance(form, JsonRule) and form.schema is not None and not form.is_strict:
        notices.append(_notice("the schema of the answer", form.schema))
    return list(filter(None, notices))


def _notice(what: str, schema: dict[str, Any]) -> str:
    try:
        notice = check_schema(schema, is_strict=False, param=what).notice
    except InvalidRequest as error:
        return f"{error.message} Until then arguments are any JSON object."
    return f"Of {what} this is not held, {notice}. With 'strict': true it would be refused." if notice else ""


def tool_choice_from_json(record: Mapping[str, Any] | None) -> ToolChoice:
    """Read what `dataclasses.asdict` made of a choice; what was kept before there were choices has none."""
    return MAY_CALL if record is None else ToolChoice(record["mode"], tuple(record["names"]))
