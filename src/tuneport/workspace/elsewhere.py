"""What a training would cost at hosted services, by the price table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneport.data import Price, read_prices
from tuneport.jobs import JobProgress

OWN_COUNT = "this model's own tokenizer"


def price_of_job(progress: JobProgress) -> dict[str, Any] | None:
    """Give what the job's training costs by the price table; `None` until its rows are counted."""
    if progress.data_report is None or progress.n_epochs is None:
        return None
    return price_tokens(progress.data_report.tokens * progress.n_epochs)


def price_tokens(
    tokens: int, billed: Mapping[int, int] | None = None, *, counted_with: str = OWN_COUNT
) -> dict[str, Any]:
    """Give what training on so many tokens costs. `billed`: tokens by the longest row of a model, where they differ."""
    table = read_prices()
    billed = billed or {}
    return {
        "date": table.date,
        "source": table.source,
        "counted_with": counted_with,
        "prices": [_cost(price, billed.get(price.longest_row_tokens, tokens)) for price in table.prices],
    }


def _cost(price: Price, billed: int) -> dict[str, Any]:
    return price.to_json() | {"billed_tokens": billed, "usd": billed * price.usd_per_million_tokens / 1e6}
