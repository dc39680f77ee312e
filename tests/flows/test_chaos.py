"""Kill a run at thirty random instants: it ends with the adapter and the losses of a run that nothing disturbed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from training_runs import losses, new_run, train, write_rows
from tuneport.config import RunFolder
from tuneport.weights import find_damage, list_checkpoints

N_KILLS = 30
WARM_TRAINER = Path(__file__).parents[1] / "warm_trainer.py"


@dataclass
class WarmTrainer:
    process: subprocess.Popen[str]

    def start(self, run: RunFolder) -> int:
        """Start the run in a process of its own, and give that one's number."""
        self.process.stdin.write(f"{run.path}\n")
        self.process.stdin.flush()
        return self._number()

    def wait(self) -> int:
        """Give the exit status, below 0 for a signal."""
        return self._number()

    def _number(self) -> int:
        return int(self.process.stdout.readline())


@pytest.fixture
def trainer(tiny_model_dir):
    command = [sys.executable, str(WARM_TRAINER), str(tiny_model_dir)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield WarmTrainer(process)
        process.stdin.close()


def unfinished(run: RunFolder) -> list[str]:
    """Give the checkpoints that are being written or deleted, or were when the run was killed."""
    return [path.name for path in run.checkpoints.glob(".*")]


def n_lines(run: RunFolder) -> int:
    return len(run.read_metrics()[0])


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


def wait_for_instant(run: RunFolder, kind: str, dice: random.Random) -> None:
    """Wait for a random instant from the start on, in training, or while a checkpoint is written.

    It is never more than a few steps away, so that all kills fall into one run.
    """
    n_wanted, until = n_lines(run) + dice.randint(1, 3), time.monotonic() + dice.uniform(0, 1)
    if kind == "anywhere":
        wait_until(lambda: time.monotonic() > until or n_lines(run) >= n_wanted)
        return
    wait_until(lambda: n_lines(run) >= n_wanted)
    if kind == "saving":
        wait_until(lambda: unfinished(run) != [])
    time.sleep(dice.uniform(0, 0.01))


def test_run_that_is_killed_thirty_times_ends_like_one_that_is_not(tmp_path, tiny_model_dir, trainer):
    rows, held_out = write_rows(tmp_path / "rows.jsonl", 24), write_rows(tmp_path / "held_out.jsonl", 3)
    options = {"validation_file": held_out, "batch_size": 2, "n_epochs": 10, "dropout": 0.1}
    unbroken = new_run(tmp_path / "unbroken", tiny_model_dir, rows, **options)
    run = new_run(tmp_path / "run", tiny_model_dir, rows, **options, save_every_seconds=1e-6)
    train(unbroken)
    dice = random.Random(3)

    n_in_saving = 0
    for number in range(N_KILLS):
        process = trainer.start(run)
        wait_for_instant(run, ("training", "saving", "anywhere")[number % 3], dice)
        os.kill(process, signal.SIGKILL)
        assert trainer.wait() == -signal.SIGKILL
        n_in_saving += unfinished(run) != []
    trainer.start(run)
    status = trainer.wait()

    results = [ended.read_result() for ended in (unbroken, run)]
    adapters = [
        ended.path / result.checkpoint / "adapter_model.safetensors"
        for ended, result in zip((unbroken, run), results, strict=True)
    ]
    assert status == 0
    assert n_in_saving > 0
    assert losses(run) == losses(unbroken)
    assert adapters[0].read_bytes() == adapters[1].read_bytes()
    assert results[0].trained_tokens == results[1].trained_tokens
    assert {find_damage(folder) for folder in list_checkpoints(run.checkpoints)} == {None}
    assert unfinished(run) == []
