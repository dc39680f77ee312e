"""What the comparison with another trainer measures, held against a third computation."""

from __future__ import annotations

import json

import pytest

from benchmarks.against_trl import exact_peer, first_step
from benchmarks.against_trl.our_run import read_run, run_folder, write_run
from benchmarks.against_trl.report import gradient_difference
from benchmarks.against_trl.setting import Setting, WorkFolder
from training_runs import train, write_rows


def write_pairs(path, n_pairs):
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"What comes after {number}?"}]},
            "preferred_output": [{"role": "assistant", "content": str(number + 1)}],
            "non_preferred_output": [{"role": "assistant", "content": f"Not {number}."}],
        }
        for number in range(n_pairs)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(params=["supervised", "dpo"])
def work(request, tmp_path, tiny_model_dir):
    work = WorkFolder(tmp_path)
    (write_rows if request.param == "supervised" else write_pairs)(work.rows_file, 8)
    setting = Setting(request.param, "tiny", tiny_model_dir, 512, 4, 1e-3, 1, 10**10)
    work.write_setting(setting)
    write_run(work, setting)
    return work


def test_our_first_gradient_is_that_of_single_rows_in_double_precision(work):
    first_step.prepare(work)
    exact_peer.compute(work)

    assert gradient_difference(work, "ours", "exact") < 1e-5


def test_our_run_trains_the_rows_that_are_written_down_for_the_peer(work):
    first_step.prepare(work)
    status = train(run_folder(work))

    steps = work.read_steps()
    assert status == 0
    assert [len(step) for step in steps] == [4, 4]
    assert len(read_run(work)["losses"]) == 2
    assert read_run(work)["tokens_in_rows"] == sum(len(row["ids"]) for step in steps for pair in step for row in pair)
