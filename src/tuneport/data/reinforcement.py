"""The rules of a row for reinforcement: a question, and beside it whatever graders read."""

from __future__ import annotations

from typing import Any

from tuneport.data.chat import check_conversation
from tuneport.data.problems import Findings


def check_reinforcement_row(row: dict[str, Any], findings: Findings) -> None:
    """Add to `findings` what is wrong with one row of the reinforcement format, but for what graders want."""
    check_conversation(row, findings, _check_final_question)


def _check_final_question(messages: list[dict[str, Any]], findings: Findings) -> None:
    role = messages[-1]["role"]
    if role != "user":
        field = f"messages[{len(messages) - 1}].role"
        findings.add("no_final_question", field, f"the last message has role {role!r}")
