import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tiny_rows import shared_prefix_samples
from tuneport.tokens import TokenizedRow, build_forest, order_of_epoch
from tuneport.tokens.forest import count_nodes
from tuneport.tokens.sharing import RowSample


def row(ids):
    weights = np.ones(len(ids), np.float32)
    weights[0] = 0
    return TokenizedRow(1, np.asarray(ids, np.int32), weights, is_cut=False)


@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=8), min_size=1, max_size=8))
def test_counted_nodes_are_those_of_the_forest(rows):
    rows = [row(ids) for ids in rows]

    assert count_nodes(rows) == build_forest(rows).n_nodes


def test_batches_are_those_of_a_jobs_first_epoch():
    samples = shared_prefix_samples(10)
    kept = RowSample()
    for sample in samples:
        kept.add(sample)

    sharing = kept.measure(4, seed=7)

    order = order_of_epoch(10, seed=7, epoch=1)
    batches = [[samples[index] for index in order[start : start + 4]] for start in (0, 4, 8)]
    expected = sum(build_forest([row for sample in batch for row in sample.rows]).n_nodes for batch in batches)
    assert sharing.tokens_in_batches == expected
    assert sharing.tokens_in_one_batch < expected < sharing.tokens
    assert (sharing.n_rows, sharing.batch_size, sharing.is_of_all_rows) == (10, 4, True)


def test_of_a_large_file_rows_are_kept_evenly_up_to_a_limit():
    samples = shared_prefix_samples(2000)
    kept = RowSample(most_tokens=6400)
    for sample in samples:
        kept.add(sample)

    sharing = kept.measure(16, seed=0)

    assert 0 < sharing.tokens <= 6400
    assert 50 <= sharing.n_rows <= 200
    assert not sharing.is_of_all_rows


def test_one_row_that_is_longer_than_the_limit_is_kept_all_the_same():
    kept = RowSample(most_tokens=1)
    kept.add(shared_prefix_samples(1)[0])

    assert kept.measure(1, seed=0).n_rows == 1


def test_no_rows_share_nothing():
    assert RowSample().measure(16, seed=0) is None
