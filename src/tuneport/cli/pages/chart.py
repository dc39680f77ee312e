"""Histograms as pictures: where each bar stands, in the units of an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuneport.cli.pages.sections import Bin

BAR_WIDTH, GAP = 62, 10
CHART_HEIGHT, TOP, BOTTOM = 140, 18, 20


@dataclass(frozen=True)
class ChartBar:
    x: int
    y: int
    height: int
    middle: int
    label: str
    """The least value in the bin, as there is room for no more."""
    values: str
    """Both ends, for the table."""
    count: str


@dataclass(frozen=True)
class Chart:
    title: str
    width: int
    height: int
    base: int
    """Where the bars stand."""
    bars: tuple[ChartBar, ...]


def lay_out_chart(title: str, bins: Sequence[Bin]) -> Chart:
    most = max((each.n_rows for each in bins), default=0) or 1
    base = TOP + CHART_HEIGHT
    bars = []
    for position, each in enumerate(bins):
        height = round(CHART_HEIGHT * each.n_rows / most)
        x = position * (BAR_WIDTH + GAP)
        label = f"{each.first:,}" if each.first == each.last else f"{each.first:,}+"
        values = f"{each.first:,}" if each.first == each.last else f"{each.first:,} to {each.last:,}"
        middle = x + BAR_WIDTH // 2
        bars.append(ChartBar(x, base - height, height, middle, label, values, f"{each.n_rows:,}"))
    return Chart(title, max(1, len(bars)) * (BAR_WIDTH + GAP), base + BOTTOM, base, tuple(bars))
