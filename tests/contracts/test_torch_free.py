"""The front half never imports torch: the server is ready in a second because of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"torch", "transformers", "peft", "accelerate", "ray"}
FRONT_HALF = ["core", "config", "store", "data", "catalog", "tokens", "jobs", "evals", "workspace", "api", "cli"]


def imported_by(statement: str) -> set[str]:
    """Give the top-level names of all modules that a fresh Python has after `statement`."""
    code = (
        f"{statement}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(answer.stdout))


@pytest.mark.parametrize("part", FRONT_HALF)
def test_a_part_of_the_front_half_leaves_torch_out(part):
    assert imported_by(f"import tuneport.{part}") & HEAVY == set()


def test_server_and_command_line_leave_torch_out():
    modules = imported_by("import tuneport.api, tuneport.api.__main__, tuneport.cli")

    assert "fastapi" in modules
    assert modules & HEAVY == set()


def test_the_measure_sees_torch_where_it_is_imported():
    assert "torch" in imported_by("import torch")
