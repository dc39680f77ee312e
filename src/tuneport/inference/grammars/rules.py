"""What a request demands of its answer's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tuneport.tokens import CallShape


@dataclass(frozen=True)
class JsonRule:
    """The answer is a JSON object, or what a schema describes."""

    schema: dict[str, Any] | None = None
    """`None` takes any object."""
    is_strict: bool = False
    """Every keyword of the schema must be one that can be held; otherwise those that can't be are left out."""
    name: str = ""
    description: str | None = None


@dataclass(frozen=True)
class GrammarRule:
    """The answer is what a regular expression or a Lark grammar describes."""

    syntax: Literal["regex", "lark"]
    definition: str


FormRule = JsonRule | GrammarRule


def form_from_json(record: Mapping[str, Any] | None) -> FormRule | None:
    """Read what `dataclasses.asdict` made of a rule."""
    if record is None:
        return None
    return GrammarRule(**record) if "syntax" in record else JsonRule(**record)


@dataclass(frozen=True)
class CallRule:
    """The answer makes calls of these functions, as the model's template writes them."""

    shape: CallShape
    tools: tuple[dict[str, Any], ...]
    """In the form of chat completions; at least one."""
    is_required: bool = False
    """Otherwise the answer may be something else than calls."""
    allows_several: bool = True
