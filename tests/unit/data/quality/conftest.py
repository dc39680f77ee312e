"""Small files to look at, made of rows that have nothing in common."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tuneport.data.quality import QualityFinding, QualityReport, review_quality

_WORDS = """
amber bridge candle desert engine forest garden harbour island jungle kettle ladder meadow needle orchard pepper
quarry river saddle timber umbrella valley window yellow zebra anchor barrel copper dragon eagle feather glacier hammer
iron jacket kitchen lantern marble nickel ocean pebble quiver ribbon silver thunder urchin velvet walnut yarn zephyr
"""


def _sentence(seed: str) -> str:
    return " ".join(random.Random(seed).choices(_WORDS.split(), k=12)).capitalize() + "."


def _chat(question: str, answer: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]} | more


@pytest.fixture
def sentence() -> Callable[[str], str]:
    """Give a sentence that shares nothing with those of other seeds."""
    return _sentence


@pytest.fixture
def chat() -> Callable[..., dict[str, Any]]:
    """Give a row of one question and one answer."""
    return _chat


@pytest.fixture
def other_rows() -> list[dict[str, Any]]:
    """Give thirty rows with which nothing is wrong."""
    return [_chat(_sentence(f"question {index}"), _sentence(f"answer {index}")) for index in range(30)]


@pytest.fixture
def review(tmp_path: Path) -> Callable[..., QualityReport]:
    """Look at rows, or bytes, and at a validation file where there is one."""

    def review(rows: list[Any] | bytes, validation: list[Any] | bytes | None = None) -> QualityReport:
        path = tmp_path / "rows.jsonl"
        path.write_bytes(_lines(rows))
        if validation is None:
            return review_quality(path)
        validation_path = tmp_path / "validation.jsonl"
        validation_path.write_bytes(_lines(validation))
        return review_quality(path, validation=validation_path)

    return review


@pytest.fixture
def findings(review) -> Callable[..., dict[str, QualityFinding]]:
    """Look at rows, and give the findings by code."""

    def findings(*files: Any) -> dict[str, QualityFinding]:
        return {finding.code: finding for finding in review(*files).findings}

    return findings


def _lines(rows: list[Any] | bytes) -> bytes:
    if isinstance(rows, bytes):
        return rows
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
