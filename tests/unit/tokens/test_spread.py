import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneport.tokens.spread import MOST_BINS, measure_spread


def spread_of(values):
    return measure_spread(np.array(values, np.int64))


@pytest.mark.requirement("R15.2")
def test_percentiles_are_values_of_rows_at_five_and_ninety_five_per_cent():
    spread = spread_of(range(1, 101))

    assert (spread.min, spread.p5, spread.p50, spread.p95, spread.max) == (1, 5, 50, 95, 100)
    assert (spread.mean, spread.total) == (50.5, 5050)


def test_one_far_row_moves_the_mean_and_no_percentile():
    spread = spread_of([10] * 99 + [100_000])

    assert (spread.p5, spread.p50, spread.p95) == (10, 10, 10)
    assert spread.mean == pytest.approx(1009.9)


def test_no_rows_have_no_spread():
    assert spread_of([]) is None


def test_bins_grow_with_the_values():
    widths = [part.last - part.first + 1 for part in spread_of([1, 5000]).histogram]

    assert widths == sorted(widths)
    assert widths[-1] > 100 * widths[0]


def test_zero_has_a_bin_of_its_own():
    first = spread_of([0, 0, 7, 900]).histogram[0]

    assert (first.first, first.last, first.n_rows) == (0, 0, 2)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50))
def test_every_row_is_in_one_bin(values):
    histogram = spread_of(values).histogram

    counted = [sum(part.first <= value <= part.last for value in values) for part in histogram]
    assert [part.n_rows for part in histogram] == counted
    assert sum(counted) == len(values)
    assert len(histogram) <= MOST_BINS + 1
