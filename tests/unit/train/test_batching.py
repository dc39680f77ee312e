from tiny_rows import shared_prefix_samples
from tuneport.train.batching import Batching
from tuneport.train.parallel import Parallel


def batches_of(n_processes, n_rows, *, max_nodes=10_000, is_sharded=False):
    """Give each process's micro-batches."""
    samples = shared_prefix_samples(n_rows)
    return [
        list(Batching(True, Parallel(rank, n_processes), is_sharded).micro_batches(samples, max_nodes))
        for rank in range(n_processes)
    ]


def lines_of(batches):
    return [sample.line for batch in batches if not batch.is_fill_in for sample in batch.samples]


def test_processes_share_a_step_without_one_row_twice_or_none():
    first, second = batches_of(2, 8)

    assert sorted(lines_of(first) + lines_of(second)) == list(range(1, 9))
    assert len(lines_of(first)) == len(lines_of(second)) == 4


def test_a_step_of_one_row_leaves_a_process_without_a_micro_batch():
    _, second = batches_of(2, 1)

    assert second == []


def test_processes_with_a_divided_model_compute_equally_often():
    first, second = batches_of(2, 5, max_nodes=40, is_sharded=True)

    assert len(first) == len(second)
    assert sorted(lines_of(first) + lines_of(second)) == [1, 2, 3, 4, 5]
    assert [batch.is_fill_in for batch in first + second].count(True) == 1


def test_nodes_are_counted_over_all_processes_and_a_prefix_once_in_each():
    samples = shared_prefix_samples(8, shared=20, own=12)

    counts = [Batching(True, Parallel(0, n)).count_nodes(samples, 10_000) for n in (1, 2)]

    assert counts == [20 + 8 * 11, 2 * 20 + 8 * 11]
