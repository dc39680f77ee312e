"""What training costs elsewhere, as far as the price table knows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

PRICES_FILE = Path(__file__).with_name("prices.json")


@dataclass(frozen=True)
class Price:
    provider: str
    model: str
    encoding: str | None
    """Tokenizer that its tokens are billed by; `None` where the source does not say."""
    usd_per_million_tokens: float
    """Of a training token: each token of the file, once an epoch."""
    longest_row_tokens: int
    """What is longer is cut, and not billed."""
    note: str
    hosting_usd_per_hour: float | None = None
    """`None`: a tuned model costs nothing while it is not asked."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class PriceTable:
    date: str
    """Day on which the prices were last read, `YYYY-MM-DD`."""
    source: str
    prices: tuple[Price, ...]


def read_prices() -> PriceTable:
    record = orjson.loads(PRICES_FILE.read_bytes())
    return PriceTable(record["date"], record["source"], tuple(Price(**price) for price in record["prices"]))
