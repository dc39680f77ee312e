"""The command that a hint names, run as it stands there, puts the file right."""

import bz2
import gzip
import io
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from seed_rows import CALL, RESULT, TOOLS, USER
from server_process import ServerProcess
from tuneport.data import Problem, check_file

COMMAND = re.compile(r"(?:tuneport data \w+|\w+ -dc|unzip -p) FILE (?:--out |> )?OUT\.jsonl(?: --encoding \w+)?")
FREE = {"role": "assistant", "content": "Free."}


def lines(rows: Iterable[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def made(row: Callable[[str], Any]) -> str:
    """Give twelve lines, each of what `row` makes of a question."""
    return lines(row(f"Which berth is free on day {number}?") for number in range(12))


def chat(question: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, FREE]}


def turns(question: str) -> list[dict[str, str]]:
    return [{"from": "human", "value": question}, {"from": "gpt", "value": "Free."}]


def calling(arguments: Any, tools: Any = TOOLS) -> Callable[[str], dict[str, Any]]:
    call = {**CALL, "function": {"name": "assign_berth", "arguments": arguments}}
    messages = [USER, {"role": "assistant", "tool_calls": [call]}, RESULT]
    return lambda question: {"messages": [*messages, {"role": "assistant", "content": question}], "tools": tools}


def zipped(content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("rows.jsonl", content)
    return packed.getvalue()


GOOD = made(chat)
LAST = chat("Which one on the last day?")
ARGUMENTS = json.dumps({"ship": "Möwe"})
CHINESE = json.dumps(chat("\u4e00" * 99), ensure_ascii=False) + "\n"
CALL_WITHOUT_TYPE = made(calling(ARGUMENTS)).replace('"id": "call_1", "type": "function"', '"id": "call_1"')

FILES: dict[str, tuple[str, str | bytes]] = {
    "ShareGPT": ("missing_messages", made(lambda text: {"conversations": turns(text)})),
    "ShareGPT's turns as messages": ("missing_role", made(lambda text: {"messages": turns(text)})),
    "Alpaca": ("missing_messages", made(lambda text: {"instruction": text, "input": "", "output": "Free."})),
    "question and answer": ("missing_messages", made(lambda text: {"question": text, "answer": "Free."})),
    "input and output": ("missing_messages", made(lambda text: {"input": text, "output": "Free."})),
    "a list": ("json_array", json.dumps([LAST] * 2)),
    "a list over several lines": ("json_array", json.dumps([LAST] * 2, indent=2)),
    "an object over several lines": ("pretty_printed", json.dumps(LAST, indent=2)),
    "commas after rows": ("trailing_comma", GOOD.replace("\n", ",\n")),
    "commas in rows": ("trailing_comma", GOOD.replace("]}", ",]}")),
    "Python": ("python_literal", f"{GOOD}{LAST!r}\n"),
    "curly quotes": ("curly_quotes", GOOD + json.dumps(LAST).replace('"', "\u201d")),
    "comments": ("comment_line", f"{GOOD}// the rest is older\n"),
    "several on a line": ("several_objects", GOOD.replace("\n", " ")),
    "UTF-16 with a mark": ("utf16_file", GOOD.encode("utf-16")),
    "UTF-16 without a mark": ("utf16_file", GOOD.encode("utf-16-be")),
    "UTF-16 of Chinese": ("utf16_file", CHINESE.encode("utf-16-le")),
    "UTF-32": ("utf16_file", CHINESE.encode("utf-32-le")),
    "CSV": ("csv_file", "prompt;completion\nWhich berth?;Free.\n"),
    "an older encoding": ("not_utf8", CHINESE.replace("\u4e00", "\u6e2f").encode("gbk")),
    "arguments encoded twice": ("arguments_double_encoded", made(calling(json.dumps(ARGUMENTS)))),
    "arguments that are an object": ("arguments_not_text", made(calling({"ship": "Möwe"}))),
    "calls without a type": ("malformed_call", CALL_WITHOUT_TYPE),
    "tools as text": ("tools_not_list", made(calling(ARGUMENTS, json.dumps(TOOLS)))),
    "messages as text": ("messages_not_list", made(lambda text: {"messages": json.dumps(chat(text)["messages"])})),
    "messages under 'message'": ("missing_messages", made(lambda text: {"message": chat(text)["messages"]})),
    "bare messages": ("row_not_object", made(lambda text: chat(text)["messages"])),
    "another program's roles": ("unknown_role", GOOD.replace('"user"', '"human"').replace('"assistant"', '"gpt"')),
    "slips of the pen": ("unknown_role", GOOD.replace("assistant", "asistant")),
}
PACKED = {
    "gzip": gzip.compress(GOOD.encode()),
    "bzip2": bz2.compress(GOOD.encode()),
    "xz": lzma.compress(GOOD.encode()),
    "unzip": zipped(GOOD),
}
FILES |= {program: ("compressed_file", packed) for program, packed in PACKED.items() if shutil.which(program)}


@pytest.fixture
def run(server: ServerProcess, tmp_path: Path):
    """Run a command of a hint in the test's folder, where `tuneport` is this one."""

    def run(command: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TUNEPORT_")}
        return subprocess.run(
            command.replace("tuneport ", f"{sys.executable} -m tuneport.cli "),
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=environment | {"TUNEPORT_URL": server.url, "TUNEPORT_HOME": str(server.home)},
            timeout=120,
            check=False,
        )

    return run


def problems_of(path: Path) -> dict[str, Problem]:
    """Give the problems of a check by their codes."""
    report = check_file(path)
    return {problem.code: problem for problem in (*report.errors, *report.warnings)}


@pytest.mark.parametrize("name", FILES)
def test_the_command_of_a_hint_makes_a_sound_file(run, tmp_path, name):
    code, content = FILES[name]
    (tmp_path / "FILE").write_bytes(content.encode() if isinstance(content, str) else content)
    command = COMMAND.search(problems_of(tmp_path / "FILE")[code].hint)

    done = run(command[0])

    assert (done.returncode, done.stderr) == (0, "")
    assert problems_of(tmp_path / "OUT.jsonl").keys() <= {"too_few_rows", "repeated_row"}
