import numpy as np

from tuneport.tokens import Sample, TokenizedRow, build_forest, cut_into_micro_batches, share_samples


def sample(line, ids):
    weights = np.r_[0.0, np.ones(len(ids) - 1)].astype(np.float32)
    return Sample((TokenizedRow(line, np.asarray(ids, np.int32), weights, is_cut=False),))


def test_every_sample_is_in_one_share_and_the_largest_is_as_small_as_can_be():
    # Three tokens that all have in common, and two of each one's own (the last is only ever a target).
    samples = [sample(line, [7, 7, 7, line, line, line]) for line in (5, 3, 6, 1, 2, 4)]

    shares = share_samples(samples, 3)

    assert [[one.line for one in share] for share in shares] == [[1, 2], [3, 4], [5, 6]]


def test_more_shares_than_samples_leave_the_last_ones_empty():
    shares = share_samples([sample(1, [1, 2, 3]), sample(2, [4, 5])], 4)

    assert [len(share) for share in shares] == [1, 1, 0, 0]


def test_rows_that_stay_separate_count_in_full():
    samples = [sample(line, [7] * 9 + [line]) for line in (1, 2, 3, 4)]

    batches = cut_into_micro_batches(samples, 20, share_prefixes=False)
    forest = build_forest([row for one in batches[0] for row in one.rows], share_prefixes=False)

    assert [len(batch) for batch in batches] == [2, 2]
    assert forest.n_nodes == 18
    assert forest.subtree_end.tolist() == [9] * 9 + [18] * 9
