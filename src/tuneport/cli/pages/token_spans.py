"""The tokens of a row as spans of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuneport.cli.token_text import ANSWER_TITLES, counts_text, part_text, weight_mark, why_left_out


@dataclass(frozen=True)
class TokenSpan:
    text: str
    style: str
    """Classes of the style sheet."""
    mark: str
    """What stands before the text without being a part of it; often empty."""
    tip: str


@dataclass(frozen=True)
class RowView:
    title: str
    """Empty for a row that stands alone."""
    spans: tuple[TokenSpan, ...]
    cut_spans: tuple[TokenSpan, ...]
    n_cut_hidden: int
    cut_at: int | None
    counts: str


@dataclass(frozen=True)
class RowLossView:
    line: int
    model: str
    method: str
    rows: tuple[RowView, ...]
    warning: str
    """Empty for a row that is trained."""


def view_row_loss(found: dict[str, Any]) -> RowLossView:
    """Give what a page shows of a row, as the server answers it."""
    return RowLossView(
        line=found["line"],
        model=found["model"],
        method=found["method"],
        rows=tuple(_view_row(row) for row in found["rows"]),
        warning="" if found["is_trained"] else why_left_out(found),
    )


def _view_row(row: dict[str, Any]) -> RowView:
    kept = [token for token in row["tokens"] if not token["is_cut"]]
    cut = [token for token in row["tokens"] if token["is_cut"]]
    return RowView(
        title=ANSWER_TITLES.get(row["answer"], ""),
        spans=tuple(_spans(kept)),
        cut_spans=tuple(_spans(cut)),
        n_cut_hidden=row["n_tokens_cut"] - len(cut),
        cut_at=row["cut_at"],
        counts=counts_text(row),
    )


def _spans(tokens: list[dict[str, Any]]) -> list[TokenSpan]:
    spans: list[TokenSpan] = []
    n_with_loss, weight = 0, 0.0
    for token in tokens:
        begins_run, weight = token["weight"] != weight, token["weight"]
        part = "" if token["text"] else part_text(token)
        line_break = "↵" if "\n" in token["text"] else ""
        spans.append(
            TokenSpan(
                text=token["text"],
                style=" ".join(_styles(token, n_with_loss)),
                mark=(weight_mark(weight) if begins_run else "") + part + line_break,
                tip=_tip(token),
            )
        )
        n_with_loss += weight != 0
    return spans


def _styles(token: dict[str, Any], n_with_loss: int) -> list[str]:
    """Tokens with loss take two shades in turn, so that the bounds between them show."""
    chosen = {
        "loss": token["weight"] != 0,
        "odd": token["weight"] != 0 and n_with_loss % 2 == 1,
        "weighted": token["weight"] not in (0, 1),
        "special": token["is_special"],
    }
    return ["token", *(style for style, is_chosen in chosen.items() if is_chosen)]


def _tip(token: dict[str, Any]) -> str:
    """Give what is shown over the token: id, weight, and what else there is."""
    parts = [f"token {token['id']}", f"weight {token['weight']:g}" if token["weight"] else "no loss"]
    parts += ["special"] if token["is_special"] else []
    parts += [f"bytes {bytes(token['bytes']).hex(' ')}"] if token["bytes"] is not None else []
    return ", ".join(parts)
