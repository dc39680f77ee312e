import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuneport.tokens import Sample, TokenizedRow, build_forest, cut_into_micro_batches


def row(ids, weights=None):
    weights = [0.0] + [1.0] * (len(ids) - 1) if weights is None else weights
    return TokenizedRow(1, np.asarray(ids, np.int32), np.asarray(weights, np.float32), is_cut=False)


rows_strategy = st.lists(
    st.lists(st.integers(0, 3), min_size=2, max_size=8).flatmap(
        lambda ids: st.tuples(st.just(ids), st.lists(st.sampled_from([0.0, 1.0]), min_size=len(ids), max_size=len(ids)))
    ),
    min_size=1,
    max_size=8,
)


def ancestors(forest, node):
    return [k for k in range(node + 1) if node < forest.subtree_end[k]]


def test_rows_share_the_nodes_of_their_common_beginning():
    forest = build_forest([row([5, 6, 7, 8]), row([5, 6, 9, 8])])

    assert forest.token_ids.tolist() == [5, 6, 7, 9]
    assert forest.position_ids.tolist() == [0, 1, 2, 2]
    assert forest.subtree_end.tolist() == [4, 4, 3, 4]


def test_equal_rows_are_one_path_with_their_weights_added():
    forest = build_forest([row([1, 2, 3])] * 3)

    assert forest.n_nodes == 2
    assert forest.edge_weights.tolist() == [3.0, 3.0]
    assert forest.loss_tokens == 6.0


def test_rows_of_the_same_tokens_share_them_whatever_their_weights():
    ids = [1, 0, 0, 1, 0, 0]
    whole, shorter = row(ids, [0, 0, 0, 0, 0, 1]), row(ids, [0, 0, 0, 0, 1, 0])

    forest = build_forest([whole, shorter, whole])

    assert forest.n_nodes == 5
    assert sorted(forest.edge_weights.tolist()) == [1.0, 2.0]


def test_tokens_after_the_last_trained_one_are_not_computed():
    forest = build_forest([row([1, 2, 3, 4, 5], [0, 0, 1, 0, 0])])

    assert forest.n_nodes == 2


@given(rows_strategy)
def test_every_edge_stands_for_one_token_of_some_row_and_sees_what_that_row_saw(drawn):
    rows = [row(ids, [0.0, *weights[1:]]) for ids, weights in drawn if any(weights[1:])]
    if not rows:
        return
    forest = build_forest(rows)

    expected = {}
    for each in rows:
        for position in np.flatnonzero(each.loss_weights):
            path = tuple(each.token_ids[: position + 1].tolist())
            expected[path] = expected.get(path, 0.0) + 1.0
    found = {}
    for parent, target, weight in zip(forest.edge_parents, forest.edge_targets, forest.edge_weights, strict=True):
        path_nodes = ancestors(forest, parent)
        assert forest.position_ids[path_nodes].tolist() == list(range(len(path_nodes)))
        found[(*forest.token_ids[path_nodes].tolist(), int(target))] = float(weight)
    assert found == expected


@given(rows_strategy)
def test_terms_give_each_row_its_own_edges_back(drawn):
    rows = [row(ids, [0.0, 1.0, *weights[2:]]) for ids, weights in drawn]
    forest = build_forest(rows)

    for index, each in enumerate(rows):
        terms = np.flatnonzero(forest.term_rows == index)
        positions = np.flatnonzero(each.loss_weights)
        edges = forest.term_edges[terms]
        assert forest.edge_targets[edges].tolist() == each.token_ids[positions].tolist()
        assert forest.position_ids[forest.edge_parents[edges]].tolist() == (positions - 1).tolist()
        assert forest.term_weights[terms].tolist() == each.loss_weights[positions].tolist()


@given(rows_strategy, st.integers(1, 12), st.integers(1, 2))
def test_cutting_keeps_samples_whole_and_the_token_budget(drawn, max_nodes, rows_per_sample):
    rows = [row(ids, [0.0, 1.0, *weights[2:]]) for ids, weights in drawn]
    samples = [Sample(tuple(rows[i : i + rows_per_sample])) for i in range(0, len(rows), rows_per_sample)]

    batches = cut_into_micro_batches(samples, max_nodes)

    assert sorted(id(sample) for batch in batches for sample in batch) == sorted(map(id, samples))
    for batch in batches:
        forest = build_forest([each for sample in batch for each in sample.rows])
        assert len(batch) == 1 or forest.n_nodes <= max_nodes
