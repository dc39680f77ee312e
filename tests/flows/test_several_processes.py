"""One run in two processes, started by torchrun: the losses of one process."""

import os
import signal
import subprocess
import sys

import pytest

from training_runs import new_run, train, wait_for_step, write_rows
from tuneport.config import RuntimeSection
from tuneport.train.run import execute_run

RELATIVE_ERROR = 1e-5
N_EPOCHS = 12
START_SECONDS = 240


def start_two_processes(run, program=("-m", "tuneport.train")):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    with (run.path / "log.txt").open("ab") as log:
        return subprocess.Popen(
            [*command, *program, str(run.path)],
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=log,
            stderr=log,
        )


def train_in_two_processes(run):
    with start_two_processes(run) as process:
        status = process.wait(timeout=2 * START_SECONDS)
    assert status == 0, (run.path / "log.txt").read_text()[-3000:]


def measured(run):
    """Give what was measured of each step; of two lines for one step, the later counts."""
    names = {"loss_sum", "n_right", "grad_norm", "tokens_seen", "valid_loss", "full_valid_loss"}
    return {step.step: step.model_dump(include=names, exclude_none=True) for step in run.read_metrics()[0]}


def assert_same_losses(run, expected):
    found, wanted = measured(run), measured(expected)
    assert found.keys() == wanted.keys()
    for step, numbers in found.items():
        assert numbers == pytest.approx(wanted[step], rel=RELATIVE_ERROR), step


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    # The last step of an epoch has a single row, so one of the two processes has none.
    return write_rows(tmp_path_factory.mktemp("rows") / "rows.jsonl", 17)


@pytest.fixture(scope="module")
def one_process(tmp_path_factory, tiny_model_dir, rows):
    run = new_run(
        tmp_path_factory.mktemp("one"),
        tiny_model_dir,
        rows,
        validation_file=rows,
        n_epochs=N_EPOCHS,
        learning_rate=1e-3,
    )
    assert train(run) == 0
    return run


@pytest.mark.parametrize("shard", [False, True], ids=["data parallel", "divided model"])
def test_two_processes_give_the_losses_of_one(tmp_path, tiny_model_dir, rows, one_process, shard):
    runtime = RuntimeSection(threads=1, shard=shard)
    run = new_run(
        tmp_path / "two",
        tiny_model_dir,
        rows,
        validation_file=rows,
        n_epochs=N_EPOCHS,
        learning_rate=1e-3,
        runtime=runtime,
    )

    train_in_two_processes(run)

    assert_same_losses(run, one_process)
    assert run.read_result().steps == one_process.read_result().steps
    assert [event.kind for event in run.read_events()[0]] == [event.kind for event in one_process.read_events()[0]]


def test_two_processes_stop_together_and_one_goes_on_where_they_were(tmp_path, tiny_model_dir, rows, one_process):
    run = new_run(tmp_path / "two", tiny_model_dir, rows, validation_file=rows, n_epochs=N_EPOCHS, learning_rate=1e-3)

    with start_two_processes(run) as process:
        wait_for_step(run, process, 1, seconds=START_SECONDS)
        process.send_signal(signal.SIGTERM)
    n_done = len(measured(run))
    train(run)

    assert 0 < n_done < 5 * N_EPOCHS
    assert_same_losses(run, one_process)


def test_two_processes_go_on_where_one_stopped(tmp_path, tiny_model_dir, rows, one_process):
    run = new_run(tmp_path / "two", tiny_model_dir, rows, validation_file=rows, n_epochs=N_EPOCHS, learning_rate=1e-3)

    status = execute_run(run, lambda: len(measured(run)) == 3)
    train_in_two_processes(run)

    assert status == 143
    assert [event.step for event in run.read_events()[0] if event.kind == "started"] == [1, 4]
    assert_same_losses(run, one_process)


RUNS_OUT_OF_MEMORY = """
import os, sys
import torch
from tuneport.train import loop
from tuneport.train.__main__ import main

def run_out(*_):
    raise torch.OutOfMemoryError("none is left on this one")

if os.environ["RANK"] == "1":
    loop.edge_logprobs = run_out
sys.exit(main())
"""


def test_the_process_that_fails_says_why_and_is_the_first_to_do_so(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "two", tiny_model_dir, rows, n_epochs=1)
    program = tmp_path / "program.py"
    program.write_text(RUNS_OUT_OF_MEMORY)

    with start_two_processes(run, program=[str(program)]) as process:
        status = process.wait(timeout=START_SECONDS)

    failures = [event for event in run.read_events()[0] if event.kind == "failed"]
    assert status != 0
    assert failures[0].code == "out_of_memory"
    assert "none is left on this one" in failures[0].message


def test_a_model_can_be_divided_among_several_processes_only(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, runtime=RuntimeSection(threads=1, shard=True))

    status = train(run)

    failed = run.read_events()[0][-1]
    assert status == 1
    assert "the run is one process" in failed.message
    assert "torchrun --nproc-per-node N" in failed.message
