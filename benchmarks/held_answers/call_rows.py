"""Rows that make calls, asked again with a call required, and how the calls compare with the rows' own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema_rs
from openai import OpenAI

SHARED = Path(__file__).parents[3] / "shared/data"
BFCL = SHARED / "bfcl_v4/shared.chat.jsonl"
MAX_TOKENS = 512
AT_ONCE = 16


@dataclass(frozen=True)
class CallAnswer:
    """One row's calls, judged. Shares of several rows are means of these."""

    is_cut: bool
    """The limit came before the calls' end."""
    parses: bool
    validates: bool
    """Every call names a tool of the row, and its arguments are what the tool's schema says."""
    has_names: bool
    """The same functions are called as in the row, in any order."""
    has_arguments: bool
    """So many calls of the row were made with the same arguments: all of them, and no other."""
    n_tokens: int


def ask_all(client: OpenAI, model: str, rows: Sequence[dict[str, Any]]) -> list[CallAnswer]:
    """Ask each row's question with a call required, several at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(partial(_ask, client, model), rows))


def table_row(name: str, answers: Sequence[CallAnswer]) -> str:
    """Give one line of `TABLE_HEAD`'s table."""
    ended = [answer for answer in answers if not answer.is_cut]
    shares = (
        f"{sum(answer.parses for answer in ended)} of {len(ended)}",
        f"{sum(answer.validates for answer in ended)} of {len(ended)}",
        f"{sum(answer.has_names for answer in answers) / len(answers):.1%}",
        f"{sum(answer.has_arguments for answer in answers) / len(answers):.1%}",
    )
    return f"| {name} | {len(answers)} | {len(answers) - len(ended)} | {' | '.join(shares)} |"


TABLE_HEAD = (
    f"| model | rows | cut at {MAX_TOKENS} tokens | parse, of those that ended | validate | right names "
    "| right names and arguments |\n|---|---|---|---|---|---|---|"
)


def _ask(client: OpenAI, model: str, row: dict[str, Any]) -> CallAnswer:
    *question, expected = row["messages"]
    answer = client.chat.completions.create(
        model=model,
        messages=question,
        tools=row["tools"],
        tool_choice="required",
        parallel_tool_calls=row.get("parallel_tool_calls", True),
        temperature=0,
        max_completion_tokens=MAX_TOKENS,
    )
    (choice,) = answer.choices
    called = [call.function for call in choice.message.tool_calls or []]
    calls = [(call.name, _parsed(call.arguments)) for call in called]
    wanted = [(call["function"]["name"], _parsed(call["function"]["arguments"])) for call in expected["tool_calls"]]
    schemas = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in row["tools"]}
    parses = bool(calls) and all(isinstance(arguments, dict) for _, arguments in calls)
    return CallAnswer(
        is_cut=choice.finish_reason == "length",
        parses=parses,
        validates=parses and all(jsonschema_rs.is_valid(schemas[name], arguments) for name, arguments in calls),
        has_names=sorted(name for name, _ in calls) == sorted(name for name, _ in wanted),
        has_arguments=_sorted(calls) == _sorted(wanted),
        n_tokens=answer.usage.completion_tokens if answer.usage else 0,
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _sorted(calls: Sequence[tuple[str, Any]]) -> list[str]:
    return sorted(json.dumps(call, sort_keys=True) for call in calls)
