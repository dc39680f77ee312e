"""Runs of `python -m tuneport.train` on the tiny model, as the tests start them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import pytest

from tuneport.config import (
    AdapterSection,
    CadenceSection,
    DataSection,
    ModelSection,
    OptimizerSection,
    RunFolder,
    RunSpec,
    RuntimeSection,
    ScheduleSection,
)
from tuneport.train.run import execute_run


def write_rows(path: Path, n_rows: int, *, weight: int = 1) -> Path:
    rows = [
        {
            "messages": [
                {"role": "system", "content": "Count."},
                {"role": "user", "content": f"What comes after {number}?"},
                {"role": "assistant", "content": str(number + 1), "weight": weight},
            ]
        }
        for number in range(n_rows)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def new_run(
    folder: Path,
    model_folder: Path,
    training_file: Path,
    *,
    validation_file: Path | None = None,
    n_epochs: int = 3,
    batch_size: int = 4,
    learning_rate: float = 1e-2,
    longest_row_tokens: int = 512,
    dropout: float = 0.0,
    save_every_seconds: float = 1e6,
    adapter: AdapterSection | None = None,
    quantization: Literal["none", "nf4"] = "none",
    runtime: RuntimeSection | None = None,
) -> RunFolder:
    run = RunFolder(folder)
    run.write_spec(
        RunSpec(
            model=ModelSection(
                base_model="tiny",
                folder=model_folder,
                longest_row_tokens=longest_row_tokens,
                quantization=quantization,
            ),
            data=DataSection(training_file=training_file, validation_file=validation_file),
            adapter=adapter or AdapterSection(rank=4, dropout=dropout),
            optimizer=OptimizerSection(learning_rate=learning_rate),
            schedule=ScheduleSection(n_epochs=n_epochs, batch_size=batch_size),
            cadence=CadenceSection(eval_every_steps=2, eval_sample_rows=3, save_every_seconds=save_every_seconds),
            runtime=runtime or RuntimeSection(threads=1),
            seed=7,
        )
    )
    return run


def start_training(run: RunFolder) -> subprocess.Popen[bytes]:
    """Start the run as the server does: a process that a test can kill."""
    return subprocess.Popen([sys.executable, "-m", "tuneport.train", str(run.path)])


def train(run: RunFolder) -> int:
    """Run it to its end in this process. Gives the exit status."""
    return execute_run(run, lambda: False)


def losses(run: RunFolder) -> dict[int, float]:
    """Give the loss of each step; the later line of a step counts, as a resumed run writes steps again."""
    return {step.step: step.loss_sum for step in run.read_metrics()[0]}


def wait_for_step(run: RunFolder, process: subprocess.Popen[bytes], step: int, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if step in losses(run):
            return
        time.sleep(0.01)
    pytest.fail(f"step {step} did not come; exit status {process.poll()}")
