"""A comparison in our words, and as its row keeps it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import ComparisonCancelled, NotFound
from tuneport.evals import Comparison
from tuneport.store import ComparisonRow

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
UNFINISHED = ("queued", "running")


@dataclass(frozen=True)
class ComparisonRequest:
    training_file: str
    """Examples for the prompt are chosen from it."""
    validation_file: str
    base_model: str
    tuned_model: str
    few_shot_rows: int = 5
    max_rows: int | None = None
    """So many of the validation file's first rows; `None` for 1,000."""
    seed: int = 0


@dataclass(frozen=True)
class ComparisonState:
    id: str
    created_at: int
    status: Status
    done: int
    total: int
    """0 until the rows are read."""
    results: dict[str, Any] | None
    verdict: str | None
    error: dict[str, Any] | None


@dataclass
class Running:
    """How far a comparison is that somebody works on."""

    stopping: threading.Event
    """Set when the server leaves."""
    done: int = 0
    total: int = 0
    is_cancelled: bool = False

    def check(self) -> None:
        """Raise `ComparisonCancelled` once it is to end."""
        if self.is_cancelled or self.stopping.is_set():
            raise ComparisonCancelled("The comparison was cancelled; its answers were not kept.")

    def report(self, done: int, total: int) -> None:
        self.done, self.total = done, total


def request_of(row: ComparisonRow) -> ComparisonRequest:
    return ComparisonRequest(**{field.name: getattr(row, field.name) for field in fields(ComparisonRequest)})


def answers_of(outcome: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "line": row.line,
            "question": row.question,
            "expected": row.expected,
            **row.answers,
            "right": row.right,
            "missing": {name: {"code": why.code, "message": why.message} for name, why in row.missing.items()},
        }
        for row in outcome.rows
    ]


def state_of(row: ComparisonRow, running: Running | None) -> ComparisonState:
    is_live = running is not None and row.status == "running"
    status: Status = row.status  # type: ignore[assignment]
    return ComparisonState(
        id=row.id,
        created_at=row.created_at,
        status=status,
        done=running.done if running is not None and is_live else row.done,
        total=running.total if running is not None and is_live else row.total,
        results=row.results,
        verdict=row.verdict,
        error=row.error,
    )


def find_comparison_row(session: Session, comparison_id: str) -> ComparisonRow:
    row = session.scalar(select(ComparisonRow).where(ComparisonRow.id == comparison_id))
    if row is None:
        raise NotFound(f"No such comparison: {comparison_id!r}.", code="comparison_not_found", param="id")
    return row
