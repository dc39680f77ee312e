"""A row as the model will see it in training: each token, what weight its loss has, and where the row is cut."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tuneport.data import AnyExample, PreferenceExample
from tuneport.tokens.renderer import Renderer, TokenizedRow
from tuneport.tokens.sample import tokenize_sample

MAX_CUT_TOKENS_SHOWN = 500

Answer = Literal["preferred", "non_preferred"]


@dataclass(frozen=True)
class LossToken:
    id: int
    text: str
    """What it adds to the row's text; empty where it holds a part of a character that a later token completes."""
    bytes: tuple[int, ...] | None
    """The bytes of a token that holds a part of a character, where they are known; `None` for every other."""
    weight: float
    """Of the token as a target, predicted from those before it; 0 keeps it out of the loss."""
    is_special: bool
    is_cut: bool
    """It lies behind the model's limit: training never sees it."""


@dataclass(frozen=True)
class LossRow:
    answer: Answer | None
    """Which answer of a preference pair it ends with; `None` for a row that stands alone."""
    n_tokens: int
    """Of the row that is trained, without what is cut."""
    n_loss_tokens: int
    loss_weight: float
    """The weights of all its tokens, added up."""
    n_tokens_cut: int
    tokens: tuple[LossToken, ...]
    """Those of the row, and the first 500 of what is cut."""

    @property
    def cut_at(self) -> int | None:
        """Give the number of tokens before the cut; `None` for a row that is not cut."""
        return self.n_tokens if self.n_tokens_cut else None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "cut_at": self.cut_at}


@dataclass(frozen=True)
class LossView:
    rows: tuple[LossRow, ...]
    """One, or the two of a preference pair."""
    is_trained: bool
    """Whether they teach anything, once they are cut."""


def view_loss(example: AnyExample, renderer: Renderer, *, longest_row_tokens: int) -> LossView:
    """Give what a line trains, by the calls that training makes.

    Raises `InvalidRequest` where the model's template or tokens do not fit the line.
    """
    whole = tokenize_sample(example, renderer, longest_row_tokens=sys.maxsize)
    answers: tuple[Answer | None, ...] = (
        ("preferred", "non_preferred") if isinstance(example, PreferenceExample) else (None,)
    )
    cut = whole.cut_to(longest_row_tokens)
    of_each = zip(answers, cut.rows, whole.rows, strict=True)
    return LossView(tuple(_view(*each, renderer) for each in of_each), cut.has_loss)


def _view(answer: Answer | None, row: TokenizedRow, whole: TokenizedRow, renderer: Renderer) -> LossRow:
    n_tokens = len(row.token_ids)
    shown = renderer.token_texts(whole.token_ids[: n_tokens + MAX_CUT_TOKENS_SHOWN].tolist())
    weights = row.loss_weights.tolist() + [0.0] * (len(shown) - n_tokens)
    return LossRow(
        answer=answer,
        n_tokens=n_tokens,
        n_loss_tokens=row.loss_tokens,
        loss_weight=float(row.loss_weights.sum()),
        n_tokens_cut=len(whole.token_ids) - n_tokens,
        tokens=tuple(
            LossToken(token.id, token.text, token.bytes, weight, token.is_special, is_cut=position >= n_tokens)
            for position, (token, weight) in enumerate(zip(shown, weights, strict=True))
        ),
    )
