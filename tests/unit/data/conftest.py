"""Small files for the checks: rows as Python values, written as JSON lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tuneport.data import CheckReport, check_file


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write bytes, text, or a list of rows to a file."""

    def write(content: bytes | str | list[Any]) -> Path:
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path = tmp_path / "rows.jsonl"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def check(write: Callable[..., Path]) -> Callable[..., CheckReport]:
    """Check bytes, text or rows, as a validation file, for which ten rows are not asked."""

    def check(content: bytes | str | list[Any], **options: Any) -> CheckReport:
        return check_file(write(content), **{"is_training_file": False, **options})

    return check
