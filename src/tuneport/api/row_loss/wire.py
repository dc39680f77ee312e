"""A row of a file, token by token."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class TokenObject(BaseModel):
    id: int
    text: str
    """What the token adds to the text; empty where it holds a part of a character that a later one completes."""
    bytes: list[int] | None
    """Of a token that holds a part of a character."""
    weight: float
    """Of its loss; 0 if it carries none."""
    is_special: bool
    is_cut: bool
    """It lies behind the cut: training never sees it."""


class LossRowObject(BaseModel):
    answer: Literal["preferred", "non_preferred"] | None
    """The answer that this row of a preference pair ends with."""
    n_tokens: int
    """Those that are trained or read; what is cut does not count."""
    n_loss_tokens: int
    loss_weight: float
    """The weights of all tokens, added up."""
    cut_at: int | None
    """Number of tokens before the cut; null for a row that is not cut."""
    n_tokens_cut: int
    tokens: list[TokenObject]
    """Those of the row, and the first 500 of what is cut."""


class RowLossObject(BaseModel):
    object: Literal["file.row_loss"] = "file.row_loss"
    file_id: str
    line: int
    row: int
    model: str
    """The base model, by its own name."""
    method: Literal["supervised", "dpo"]
    longest_row_tokens: int
    is_trained: bool
    """False for a row that training leaves out: nothing of it, or of one of its two answers, carries loss."""
    rows: list[LossRowObject]
    """One, or the two of a preference pair, the preferred one first."""
