"""200 schemas made from rows of snips and text2sql: is every answer what its schema says?"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jsonschema_rs
from openai import OpenAI

from benchmarks.held_answers.call_rows import AT_ONCE, SHARED
from benchmarks.hosted_job import SEED, client_of_own_server

MODEL = "smollm2-135m-instruct"
N_OF_EACH = 100
MAX_TOKENS = 400
_TABLE = re.compile(r"(\w+)\(([^)]*)\)")
_STRICT_OBJECT = {"type": "object", "additionalProperties": False}


def main() -> None:
    sources = {
        SHARED / "snips_nlu/train.chat.jsonl": _intent_schemas,
        SHARED / "text2sql_advising/dev.chat.jsonl": _query_schemas,
    }
    if missing := [path.name for path in sources if not path.exists()]:
        print(f"not here: {', '.join(missing)}")
        return
    print("| schemas from | answers | valid | cut at the limit | tokens |\n|---|---|---|---|---|", flush=True)
    with client_of_own_server() as client:
        for path, make in sources.items():
            _print_line(client, path, make)


def _print_line(client: OpenAI, path: Path, make: Callable[[Sequence[Any]], list[dict[str, Any]]]) -> None:
    rows = [json.loads(line)["messages"] for line in path.read_text(encoding="utf-8").splitlines()]
    random.Random(SEED).shuffle(rows)
    asked = list(zip(rows, make(rows), strict=False))[:N_OF_EACH]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda each: _ask(client, *each), asked))
    n_cut = sum(is_cut for _, is_cut, _ in answers)
    n_valid = sum(is_valid for is_valid, _, _ in answers)
    n_tokens = sum(n_tokens for *_, n_tokens in answers)
    print(f"| {path.parent.name} | {len(answers)} | {n_valid} | {n_cut} | {n_tokens} |", flush=True)


def _ask(client: OpenAI, messages: Sequence[Any], schema: dict[str, Any]) -> tuple[bool, bool, int]:
    """Give whether the answer is valid, whether it was cut, and its tokens."""
    form: Any = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    answer = client.chat.completions.create(
        model=MODEL,
        messages=list(messages[:-1]),
        response_format=form,
        temperature=1,
        seed=SEED,
        max_completion_tokens=MAX_TOKENS,
    )
    (choice,) = answer.choices
    is_cut = choice.finish_reason == "length"
    is_valid = not is_cut and jsonschema_rs.is_valid(schema, json.loads(choice.message.content or ""))
    return is_valid, is_cut, answer.usage.completion_tokens if answer.usage else 0


def _intent_schemas(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Each row's intent as one of all, its own slots required, and the intent's others allowed."""
    answers = [json.loads(row[-1]["content"]) for row in rows]
    slots: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        slots[answer["intent"]] |= answer["slots"].keys()
    word = {"type": "string", "minLength": 1, "maxLength": 40}
    return [
        _closed(
            intent={"enum": sorted(slots)},
            slots=_closed(list(answer["slots"]), **dict.fromkeys(sorted(slots[answer["intent"]]), word)),
        )
        for answer in answers
    ]


def _query_schemas(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """A query in parts: columns of one of the row's tables, conditions on them, an order, a limit."""
    return [_query_schema(row, random.Random(f"{SEED} {index}")) for index, row in enumerate(rows)]


def _query_schema(row: Any, chance: random.Random) -> dict[str, Any]:
    tables = _TABLE.findall(row[0]["content"])
    name, columns = chance.choice(tables)
    column = {"enum": [each.strip() for each in columns.split(",")]}
    value = {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 30}, {"type": "null"}]}
    condition = _closed(column={"$ref": "#/$defs/column"}, operator={"enum": ["=", "<", ">", "LIKE"]}, value=value)
    query = _closed(
        ["table", "columns", "where"],
        table={"const": name},
        columns={"type": "array", "items": {"$ref": "#/$defs/column"}, "minItems": 1, "maxItems": 4},
        where={"type": "array", "items": condition, "maxItems": chance.randint(1, 3)},
        day={"type": "string", "format": "date"},
        code={"type": "string", "pattern": "^[A-Z]{2,4} [0-9]{3}$"},
        limit={"type": "integer", "minimum": 1, "maximum": 100},
    )
    return {**query, "$defs": {"column": column}}


def _closed(required: Sequence[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    names = list(properties) if required is None else list(required)
    return {**_STRICT_OBJECT, "properties": properties, "required": names}
