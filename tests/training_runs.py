"""Runs of `python -m tuneport.train` on the tiny model, as the tests start them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
import torch

from tuneport.config import (
    AdapterSection,
    CadenceSection,
    DataSection,
    MemoryPlan,
    ModelSection,
    OptimizerSection,
    RunFolder,
    RunSpec,
    RuntimeSection,
    ScheduleSection,
)
from tuneport.models import attach_adapter, load_base
from tuneport.tokens import Renderer
from tuneport.train.loop import Loop
from tuneport.train.objectives import Objective, Supervised
from tuneport.train.optimizer import new_optimizer
from tuneport.train.out_of_memory import StepMemory
from tuneport.train.rows import StepPlan, read_samples
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


def new_plan(model_folder: Path, training_file: Path, *, batch_size: int) -> StepPlan:
    """Give the steps of one epoch over a file."""
    section = ModelSection(base_model="tiny", folder=model_folder, longest_row_tokens=512)
    samples = read_samples(training_file, Supervised(), Renderer.from_folder(model_folder), section)
    return StepPlan(samples, ScheduleSection(n_epochs=1, batch_size=batch_size), seed=7)


def new_loop(
    model_folder: Path,
    plan: StepPlan,
    *,
    micro_batch_tokens: int,
    objective: Objective | None = None,
    tell: Callable[[MemoryPlan, str], None] = lambda plan, message: None,
) -> Loop:
    """Give a loop as a run has it, without validation, to take single steps with."""
    model = attach_adapter(
        load_base(model_folder, torch.device("cpu")), AdapterSection(rank=4), base_name="tiny", seed=7
    )
    optimizer = OptimizerSection(learning_rate=1e-3)
    memory_plan = MemoryPlan(micro_batch_tokens=micro_batch_tokens, recompute_activations=False)
    return Loop(
        model=model,
        objective=objective or Supervised(),
        optimizer=new_optimizer(model, optimizer),
        plan=plan,
        optimizer_section=optimizer,
        memory=StepMemory(memory_plan, tell),
    )


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
