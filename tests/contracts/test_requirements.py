"""The numbered requirements of the wire, and the tests that say by `@pytest.mark.requirement` which they cover."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
REQUIREMENTS = Path(__file__).parents[3] / "shared" / "reference" / "requirements.md"
ROWS_OF_THE_WIRE = (1, 3, 5, 7, 10)
NUMBER = r"R\d+\.\d+"
NOT_YET = {
    "R1.5": "codes of unsafe files, which nothing here looks for",
    "R1.7": "the check of a model's answers that can block it",
    "R5.2": "lineage in a web interface; it is on the job",
    "R5.4": "comparison on the validation rows of the jobs before, which comes with evals",
}
"""What is missing, of requirements that no test covers or that tests cover in part."""

reads_the_page = pytest.mark.skipif(
    not REQUIREMENTS.exists(), reason="../shared/reference/requirements.md is not there"
)


def known_numbers() -> set[str]:
    """Give every number: of those in a line, "R1.1 …" or "- R1.1 …", not of those that a sentence refers to."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    return set(re.findall(rf"(?:^- |\*\*Requirements?\.\*\* |\. )({NUMBER}) ", text, flags=re.MULTILINE))


def row_of(number: str) -> int:
    return int(number[1:].partition(".")[0])


def marked_numbers() -> dict[str, list[str]]:
    """Give each number that a marker names, with the tests that have it."""
    marked: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for test, number in markers_of(path.read_text(encoding="utf-8")):
            marked.setdefault(number, []).append(f"{path.relative_to(TESTS)}::{test}")
    return marked


def markers_of(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement":
                    yield from ((node.name, ast.literal_eval(number)) for number in decorator.args)


@pytest.mark.shared_data
@reads_the_page
def test_every_requirement_of_the_wire_has_a_test_or_says_what_is_missing():
    wanted = {number for number in known_numbers() if row_of(number) in ROWS_OF_THE_WIRE}

    assert {row_of(number) for number in wanted} == set(ROWS_OF_THE_WIRE)
    assert sorted(wanted - set(marked_numbers()) - set(NOT_YET)) == []


@pytest.mark.shared_data
@reads_the_page
def test_every_marker_names_a_requirement_that_there_is():
    known = known_numbers()

    assert {number: tests for number, tests in marked_numbers().items() if number not in known} == {}
    assert set(NOT_YET) - known == set()


def test_markers_are_read_from_the_tests_that_carry_them():
    source = '@pytest.mark.requirement("R1.1", "R9.9")\ndef test_a(): ...\n\ndef test_b(): ...\n'

    assert list(markers_of(source)) == [("test_a", "R1.1"), ("test_a", "R9.9")]
