"""Large files that are made to fill memory, or never to end, are judged in memory that their size explains."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from seed_rows import CALL, FUNCTION, REPLY, SEED_ROWS, USER

SCRIPT = Path(__file__).parents[2] / "memory_of_check.py"
MiB = 2**20
MOST_FIXED_BYTES = 160 * MiB
"""A row of as many values as are allowed takes that, each value being an object of Python's."""
MOST_BYTES_PER_BYTE = 8
LONGEST_SECONDS = 120
"""Not a measure of speed: what never ends is ended."""

CALLING_OFTEN = {"role": "assistant", "tool_calls": [{**CALL, "id": f"call_{number}"} for number in range(2000)]}
EMPTY_LISTS = '{"a": [' + "[]," * (8 * MiB) + "[]]}"
NAMES = [f"name_{number}" for number in range(20_000)]


def row_of(messages: str) -> str:
    return '{"messages": [' + messages + "]}"


def tool_with(parameters: dict) -> list:
    return [{"type": "function", "function": {**FUNCTION, "parameters": parameters}}]


FILES: dict[str, Callable[[], str]] = {
    "brackets": lambda: "[" * 64 * MiB,
    "empty lists": lambda: row_of("[]," * (10 * MiB) + "[]"),
    "empty objects": lambda: "[" + "{}," * (10 * MiB) + "{}]",
    "empty lists in a call": lambda: json.dumps(
        {"messages": [{"role": "assistant", "function_call": {"name": "a", "arguments": EMPTY_LISTS}}]}
    ),
    "one key again and again": lambda: "{" + '"messages":[],' * MiB + '"messages":[]}',
    "ever new keys": lambda: "{" + ",".join(f'"{number}":1' for number in range(450_000)) + "}",
    "ever new keys of a message": lambda: row_of(
        '{"role":"user",' + ",".join(f'"{number}":1' for number in range(450_000)) + "}"
    ),
    "roles that are none": lambda: row_of(",".join(['{"role":"usr"}'] * 200_000)),
    "a long key": lambda: '{"' + "x" * 32 * MiB + '":1}',
    "a long role": lambda: row_of('{"role":"' + "x" * 32 * MiB + '"}'),
    "blank lines": lambda: "\n" * MiB,
    "a wide text": lambda: row_of('{"role":"user","content":"\U0001f6a2' + "x" * 32 * MiB + '"}'),
    "a wide text that breaks": lambda: row_of('{"role":user,"content":"\U0001f6a2' + "x" * 32 * MiB + '"}'),
    "blanks before nothing": lambda: '{"a": \U0001f6a2' + " " * 16 * MiB,
    "many messages": lambda: row_of(",".join([json.dumps(USER), json.dumps(REPLY)] * 50_000)),
    "many rows in one list": lambda: json.dumps(SEED_ROWS * 10_000),
    "many calls and many required names": lambda: json.dumps(
        {"messages": [USER, CALLING_OFTEN], "tools": tool_with({"properties": {}, "required": NAMES})}
    ),
    "many calls and many choices": lambda: json.dumps(
        {
            "messages": [USER, CALLING_OFTEN],
            "tools": tool_with({"properties": {"ship": {"type": ["string"] * 20_000, "enum": NAMES}}}),
        }
    ),
    "many calls of what is not declared": lambda: json.dumps(
        {
            "messages": [USER, {"role": "assistant", "tool_calls": [{**CALL, "function": {"name": "x"}}] * 10_000}],
            "tools": [{"type": "function", "function": {"name": name}} for name in NAMES],
        }
    ),
}


@pytest.fixture
def extra_bytes(tmp_path: Path) -> Callable[[str, str], tuple[int, int]]:
    """Give the bytes of a file, and of the memory that its check takes."""

    def measure(content: str, method: str) -> tuple[int, int]:
        path = tmp_path / "rows.jsonl"
        path.write_text(content, encoding="utf-8")
        command = [sys.executable, str(SCRIPT), str(path), method]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=True)
        return path.stat().st_size, int(done.stdout)

    return measure


@pytest.mark.parametrize("name", FILES)
def test_memory_grows_with_the_file_and_no_faster(extra_bytes, name):
    n_bytes, n_extra = extra_bytes(FILES[name](), "supervised")

    assert n_extra <= MOST_FIXED_BYTES + MOST_BYTES_PER_BYTE * n_bytes


def test_answers_that_are_deep_are_compared(check):
    answer = [{**REPLY, "x": json.loads("[" * 250 + "]" * 250)}]
    row = {"input": {"messages": [USER]}, "preferred_output": answer, "non_preferred_output": answer}

    assert check([row], method="dpo").counts_by_code["identical_outputs"] == 1


def test_a_row_too_deep_to_be_written_again_is_refused(check):
    lines = ['{"messages": [{"role": ' + "[" * depth + "]" * depth + "}]}" for depth in (251, 252, 1000)]

    report = check("\n".join(lines))

    assert [error.code for error in report.errors] == ["unknown_role", "nested_too_deep", "nested_too_deep"]


def test_a_row_of_too_many_values_is_refused_however_they_are_written(check):
    signs_in_texts = json.dumps({"messages": [{**USER, "content": "[1], " * 400_000}, REPLY]})

    report = check(row_of("[]," * 10**6 + "[]") + "\n" + signs_in_texts)

    assert [(error.line, error.code) for error in report.errors] == [(1, "too_many_values")]


def test_a_report_stays_short_whatever_is_in_the_file(check):
    long = "x" * 10_000
    report = check([{"messages": [{"role": long, long: 1}, {**USER, long: 1, "tool_call_id": 1}], long: 1}] * 30)

    assert max(len(error.message) + len(error.field) for error in report.errors) < 1000
