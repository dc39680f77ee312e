"""Write train.jsonl and validation.jsonl beside this file, or into the folder that is named; always the same rows."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from phrasings import (
    DEGREES,
    MUSIC,
    OCCASIONS,
    PERCENTS,
    REFUSAL,
    REFUSED_TRAIN,
    REFUSED_VALIDATION,
    REQUESTS,
    ROOMS,
    SYSTEM,
    Request,
)

SEED = 7
ARGUMENT_TYPES = {"brightness": "integer", "celsius": "integer", "query": "string", "scene": "string"}

Row = dict[str, Any]
Spoken = tuple[str, int | str]
"""What a person says for a value, and what the house calls it."""


def main(folder: Path) -> None:
    tools = [
        tool(name, argument) for name, argument in {request.tool: request.argument for request in REQUESTS}.items()
    ]
    for split, refused in (("train", REFUSED_TRAIN), ("validation", REFUSED_VALIDATION)):
        rng = random.Random(f"{SEED} {split}")
        rooms = shuffled_forever(rng, list(ROOMS))
        rows = [row for request in REQUESTS for row in called_rows(request, split, rooms, rng, tools)]
        rows += [chat_row(text, {"content": REFUSAL}, tools) for text in refused]
        rng.shuffle(rows)
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        (folder / f"{split}.jsonl").write_text("".join(lines), encoding="utf-8")
        print(f"{split}.jsonl: {len(rows)} rows")


def called_rows(
    request: Request, split: str, rooms: Iterator[str], rng: random.Random, tools: list[Row]
) -> Iterator[Row]:
    """Give the rows of one kind of request; each phrasing, room and value comes about equally often."""
    phrasings = shuffled_forever(rng, request.train if split == "train" else request.validation)
    values = shuffled_forever(rng, spoken_values(request))
    seen: set[str] = set()
    while len(seen) < (request.n_train if split == "train" else request.n_validation):
        room = next(rooms)
        said, value = next(values)
        text = next(phrasings).format(room=rng.choice(ROOMS[room]), value=said)
        if text not in seen:
            seen.add(text)
            yield chat_row(text, call(request.tool, {"room": room, request.argument: value}), tools)


def spoken_values(request: Request) -> list[Spoken]:
    if request.value is not None:
        return [("", request.value)]
    if request.argument == "scene":
        return [(occasion, scene) for scene, occasions in OCCASIONS.items() for occasion in occasions]
    spoken = {"brightness": PERCENTS, "celsius": DEGREES, "query": MUSIC}[request.argument]
    return [(str(value), value) for value in spoken]


def shuffled_forever(rng: random.Random, items: Sequence[Any]) -> Iterator[Any]:
    """Give the items round after round, each round in a new order."""
    while True:
        yield from rng.sample(items, len(items))


def tool(name: str, argument: str) -> Row:
    properties = {"room": {"type": "string"}, argument: {"type": ARGUMENT_TYPES[argument]}}
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": properties}}}


def call(name: str, arguments: Row) -> Row:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"tool_calls": [{"id": "call_1", "type": "function", "function": function}]}


def chat_row(text: str, answer: Row, tools: list[Row]) -> Row:
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": text},
        {"role": "assistant", **answer},
    ]
    return {"messages": messages, "tools": tools, "parallel_tool_calls": False}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
