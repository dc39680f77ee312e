"""What is asked and said of one row of a file, as a job would train it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tuneport.tokens import LossRow


@dataclass(frozen=True)
class RowLossRequest:
    file_id: str
    number: int
    """From 1."""
    numbered_by: Literal["row", "line"] = "row"
    """Rows are counted without blank lines."""
    model: str | None = None
    """Base or tuned model; `None` takes the server's default."""
    method: Literal["supervised", "dpo"] | None = None
    """`None` takes the one that rows of this format are for."""
    longest_row_tokens: int | None = None
    """`None` takes the model's own limit."""


@dataclass(frozen=True)
class RowLoss:
    file_id: str
    line: int
    row: int
    model: str
    """The base model, by its own name."""
    method: Literal["supervised", "dpo"]
    longest_row_tokens: int
    """Where the row is cut."""
    rows: tuple[LossRow, ...]
    """One, or the two of a preference pair."""
    is_trained: bool
    """Whether it teaches anything: a pair does not where of an answer nothing is left, or of both the same."""

    def to_json(self) -> dict[str, Any]:
        return {
            "file_id": self.file_id,
            "line": self.line,
            "row": self.row,
            "model": self.model,
            "method": self.method,
            "longest_row_tokens": self.longest_row_tokens,
            "is_trained": self.is_trained,
            "rows": [row.to_json() for row in self.rows],
        }
