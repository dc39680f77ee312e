"""Files that nobody should have made, drawn by chance: signs, spoilt text, and rows with anything anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from seed_rows import SEED_ROWS, SEEDS_ELSEWHERE

Place = tuple[str | int, ...]

SIGNS = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"'",
        b",",
        b":",
        b"\\",
        b"/",
        b"#",
        b"\0",
        b"\t",
        b"\r",
        b"\x0b",
        b"\x1a",
        b"\x7f",
    ),
    *(b" ", b"\n", b"\r\n", b"\n\n", b"\xff", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xe2\x80\x9c", b"\xc2\xa0"),
    *(b"\xe2\x80\xa8", b"\xf0\x9f\x9a\xa2", b"\xed\xa0\xbd"),
)
WORDS = (
    *(
        b'"role":"user",',
        b'"messages":[],',
        b'"weight":0,',
        b'"\\ud83d"',
        b'"\\u0000"',
        b"NaN",
        b"True",
        b"null",
        b"-0",
    ),
    *(b"1e999", b"12345678901234567890123", b"// no\n", b"question,answer\n", b"PK\x03\x04", b"\x1f\x8b", b"PAR1"),
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "cp037")
LINE_ENDS = (b"\n", b"\n", b"\r\n", b"\n\n", b",\n", b" ", b"")
SCALARS = (
    *(
        None,
        True,
        False,
        0,
        1,
        1.0,
        -1,
        2**63,
        -(2**63),
        1e308,
        0.1,
        "",
        " ",
        "a",
        "\0",
        "\ud83d",
        "\u2028",
        "{}",
        "[]",
    ),
    *("user", "assistant", "tool", "function", "call_1", "assign_berth", '"{}"', "<|im_end|>", "x" * 300, "text"),
)
NEW = "x"
KEYS = ("role", "type", "text", "content", "name", "weight", "tools", "functions", "input", "prompt", NEW, "")
RAW = "@raw "
"""Begins a text that stands for itself without quotes."""
AGAIN = "@again "
"""Begins a key that is written a second time."""
DEEP = tuple(
    f"{RAW}{'[' * depth}{']' * depth}" for depth in (3, 120, 250, 251, 252, 253, 254, 255, 600, 1020, 1030, 5000)
)
VALUES = (
    *SCALARS,
    *DEEP,
    *(f"{RAW}{word}" for word in ("1e999", "-0", "NaN", "1" * 30, "[1,]", "")),
    [],
    {},
    [[]],
    [{}],
)


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Give the way to the value, to everything in it, and to a new key of each object."""
    yield place
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*place, key))
    if isinstance(value, dict):
        yield (*place, NEW)


PLACES = tuple(tuple(places(row)) for row in SEED_ROWS)


def signs(random: Random) -> bytes:
    """Give signs and words of JSON and its neighbours, in no order."""
    return b"".join(random.choices(SIGNS + WORDS, k=random.randrange(30)))


def spoilt_text(random: Random) -> bytes:
    """Give lines of good rows, with signs put in, cut out, or said again anywhere."""
    rows = random.choices(SEED_ROWS + SEEDS_ELSEWHERE, k=random.randint(1, 3))
    content = random.choice(LINE_ENDS).join(json.dumps(row, ensure_ascii=False).encode() for row in rows)
    content = spoilt(content, random)
    encoding = random.choice((*([None] * 3 * len(ENCODINGS)), *ENCODINGS))
    return content.decode(errors="replace").encode(encoding, "replace") if encoding else content


def spoilt(content: bytes, random: Random) -> bytes:
    """Give the bytes with others put in, cut out, or said again at up to three places."""
    for _ in range(random.randint(1, 3)):
        start = random.randint(0, len(content))
        end = start + random.choice((0, 1, 2, 10, 10**6))
        middle = random.choice((b"", content[start:end] * 2, random.randbytes(2), *SIGNS, *WORDS))
        content = content[:start] + middle + content[end:]
    return content


def spoilt_rows(random: Random) -> bytes:
    """Give lines of rows that have other values at one or two places, or a key more; some are good."""
    return random.choice(LINE_ENDS).join(_spoilt_row(random) for _ in range(random.randint(1, 3)))


def rows_with_each_value(number: int, place: Place) -> Iterator[bytes]:
    """Give a good row, and then rows with each value at this place, and with its key twice, the old value last."""
    good = SEED_ROWS[number]
    yield json.dumps(good).encode()
    for value in (*VALUES, *SEED_ROWS):
        row = _put(deepcopy(good), place, value)
        yield _written(row)
        if place and isinstance(place[-1], str) and place[-1] != NEW:
            yield _written(_put(row, (*place[:-1], AGAIN + place[-1]), _value_at(good, place)))


def _spoilt_row(random: Random) -> bytes:
    number = random.randrange(len(SEED_ROWS))
    row: Any = deepcopy(SEED_ROWS[number])
    for _ in range(random.randint(0, 2)):
        row = _put(row, random.choice(PLACES[number]), _any_value(random))
    if isinstance(row, dict) and random.random() < 0.3:
        row[random.choice(KEYS)] = _any_value(random)
    return _written(row, is_ascii=random.random() < 0.5)


def _written(row: Any, *, is_ascii: bool = True) -> bytes:
    text = re.sub(f'"{RAW}([^"]*)"', r"\1", json.dumps(row, ensure_ascii=is_ascii)).replace(f'"{AGAIN}', '"')
    return text.encode(errors="surrogatepass")


def _any_value(random: Random, most_levels: int = 3) -> Any:
    kind = random.random()
    if kind < 0.1:
        return deepcopy(random.choice(SEED_ROWS + SEEDS_ELSEWHERE))
    if kind < 0.7 or not most_levels:
        return deepcopy(random.choice(VALUES))
    inner = [_any_value(random, most_levels - 1) for _ in range(random.randrange(4))]
    return inner if kind < 0.85 else dict(zip(random.sample(KEYS, len(inner)), inner, strict=True))


def _put(row: Any, place: Place, value: Any) -> Any:
    """Give the row with another value at a place; where an earlier change took that away, the row as it is."""
    if not place:
        return value
    part = _value_at(row, place[:-1])
    if isinstance(part, dict) or (isinstance(part, list) and isinstance(place[-1], int) and place[-1] < len(part)):
        part[place[-1]] = value
    return row


def _value_at(row: Any, place: Place) -> Any:
    """Give what is there, `None` where nothing is."""
    for key in place:
        is_there = key in row if isinstance(row, dict) else isinstance(row, list) and key in range(len(row))
        row = row[key] if is_there else None
    return row
