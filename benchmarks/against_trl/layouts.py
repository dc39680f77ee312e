"""How TRL does best here: the largest micro-batch that fits, then the fastest of a few layouts, by one step of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from benchmarks.against_trl.setting import Layout


class Trial(Protocol):
    def __call__(self, layout: Layout, *, to_beat: float | None = None) -> float | None:
        """Give a layout's seconds for one step, `None` if it ran out of memory or was far from `to_beat` seconds."""
        ...


def choose_layout(batch_size: int, try_layout: Trial, *, can_be_padding_free: bool) -> tuple[Layout | None, list[int]]:
    """Give the layout, `None` if none fits, and the micro-batches that ran out of memory."""
    largest, failed = _largest_that_fits(batch_size, try_layout)
    if largest is None:
        recomputing = Layout(1, recomputes=True)
        return (recomputing if try_layout(recomputing) is not None else None), failed
    layout, seconds = largest
    tried = {layout: seconds}
    for other in _others(layout, can_be_padding_free=can_be_padding_free):
        if (seconds_of_other := try_layout(other, to_beat=seconds)) is not None:
            tried[other] = seconds_of_other
    return min(tried, key=lambda layout: tried[layout]), failed


def smaller(layout: Layout) -> Layout | None:
    """Give what to go on with when memory ran out after the first step, `None` if nothing is left."""
    if layout.rows_at_once > 1:
        return replace(layout, rows_at_once=layout.rows_at_once // 2)
    return None if layout.recomputes else Layout(1, recomputes=True)


def _largest_that_fits(batch_size: int, try_layout: Trial) -> tuple[tuple[Layout, float] | None, list[int]]:
    failed: list[int] = []
    rows = batch_size
    while rows >= 1:
        if (seconds := try_layout(Layout(rows))) is not None:
            return (Layout(rows), seconds), failed
        failed.append(rows)
        rows //= 2
    return None, failed


def _others(layout: Layout, *, can_be_padding_free: bool) -> list[Layout]:
    # Fewer rows at once are padded less.
    others = [Layout(layout.rows_at_once // 4)] if layout.rows_at_once >= 4 else []
    return [*others, replace(layout, is_padding_free=True)] if can_be_padding_free else others
