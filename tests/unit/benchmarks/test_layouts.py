from __future__ import annotations

import pytest

from benchmarks.against_trl.layouts import choose_layout, smaller
from benchmarks.against_trl.setting import Layout


def test_the_largest_micro_batch_that_fits_is_tried_beside_a_smaller_and_an_unpadded_one():
    tried = []

    def try_layout(layout, *, to_beat=None):
        tried.append((layout, to_beat))
        return 5.0 if layout.rows_at_once <= 8 else None

    layout, failed = choose_layout(16, try_layout, can_be_padding_free=True)

    assert tried == [
        (Layout(16), None),
        (Layout(8), None),
        (Layout(2), 5.0),
        (Layout(8, is_padding_free=True), 5.0),
    ]
    assert layout == Layout(8)
    assert failed == [16]


def test_the_fastest_layout_is_chosen():
    seconds = {Layout(16): 9.0, Layout(4): 4.0, Layout(16, is_padding_free=True): 6.0}

    layout, failed = choose_layout(16, lambda layout, to_beat=None: seconds[layout], can_be_padding_free=True)

    assert layout == Layout(4)
    assert failed == []


def test_where_no_row_fits_alone_activations_are_recomputed():
    def try_layout(layout, *, to_beat=None):
        return 5.0 if layout.recomputes else None

    layout, failed = choose_layout(4, try_layout, can_be_padding_free=True)

    assert layout == Layout(1, recomputes=True)
    assert failed == [4, 2, 1]


def test_nothing_is_chosen_where_nothing_fits():
    assert choose_layout(2, lambda layout, to_beat=None: None, can_be_padding_free=False) == (None, [2, 1])


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (Layout(8, is_padding_free=True), Layout(4, is_padding_free=True)),
        (Layout(1), Layout(1, recomputes=True)),
        (Layout(1, recomputes=True), None),
    ],
)
def test_after_an_out_of_memory_the_next_layout_needs_less(layout, expected):
    assert smaller(layout) == expected
