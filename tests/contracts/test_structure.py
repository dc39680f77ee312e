"""The shape of the code: sizes, names, what parts offer."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest

import tuneport

PACKAGE = Path(tuneport.__file__).parent
REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted(PACKAGE.rglob("*.py"))
PARTS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))

MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 70
MAX_SHARED_LINES = 0.4
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "handler", "handlers", "common", "misc"}
TIME_WORDS = {"legacy", "new", "old", "experimental", "v1", "v2"}


def words(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def code_lines(path: Path) -> list[str]:
    """Lines that say something: no blank ones, no imports, no lone brackets."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if re.search(r"\w", line) and not line.startswith(("import ", "from "))]


def shared_share(first: list[str], second: list[str]) -> float:
    """Give the share of the shorter file's lines that stand in the same order in the other."""
    matches = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) / min(len(first), len(second))


def test_no_file_is_longer_than_450_lines():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}

    assert {name: length for name, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_70_lines():
    long_ones = [
        f"{path.relative_to(PACKAGE)}: {function.name}"
        for path in SOURCES
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if (function.end_lineno or 0) - function.lineno + 1 > MAX_FUNCTION_LINES
    ]

    assert long_ones == []


def test_no_file_folder_or_class_has_an_empty_name():
    paths = {part for path in SOURCES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    classes = {
        node.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }

    assert {name for name in paths | classes if words(name) & EMPTY_WORDS} == set()


def test_no_folder_or_file_is_named_after_time():
    paths = {part for path in SOURCES for part in path.relative_to(PACKAGE).with_suffix("").parts}

    assert {name for name in paths if words(name) & TIME_WORDS} == set()


def test_no_two_files_of_train_are_copies_of_each_other():
    files = {path.name: code_lines(path) for path in (PACKAGE / "train").rglob("*.py") if len(code_lines(path)) >= 10}

    shares = {(a, b): shared_share(files[a], files[b]) for a, b in combinations(sorted(files), 2)}

    assert len(shares) > 0
    assert {pair: share for pair, share in shares.items() if share > MAX_SHARED_LINES} == {}


def test_the_measure_of_shared_lines_sees_a_copy():
    original = [f"line {number}" for number in range(10)]

    assert shared_share(original, ["x", *original[:5], "y", "z", "w", "v"]) == 0.5


@pytest.mark.parametrize("part", PARTS)
def test_every_public_name_of_a_part_is_there(part):
    module = importlib.import_module(f"tuneport.{part}")

    assert module.__doc__, f"tuneport.{part} has no docstring that says what it is for"
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("part", PARTS)
def test_an_init_holds_public_names_and_nothing_else(part):
    tree = ast.parse((PACKAGE / part / "__init__.py").read_text(encoding="utf-8"))

    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    assert [type(node).__name__ for node in tree.body if not isinstance(node, allowed)] == []


def test_every_part_has_its_row_in_the_import_table():
    table = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")

    assert [part for part in PARTS if f'source_modules = ["tuneport.{part}"]' not in table] == []
