"""Where a step's time goes: how much of it is the model's forward and backward."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import torch

from benchmarks.against_trl.compare import new_setting
from benchmarks.against_trl.our_run import run_folder, write_run
from benchmarks.against_trl.setting import WorkFolder
from tuneport.core import TRAINING_SPINS, spin_while_waiting
from tuneport.train import batching, loop
from tuneport.train.run import EXIT_COMPLETE, execute_run

ROWS, BATCH_SIZE = 64, 16
SOURCE = Path(__file__).parents[1] / "examples/smart-home/train.jsonl"
LEAST_SHARE = 0.85
STEP = "the whole step"
PARTS: tuple[tuple[str, Any, str], ...] = (
    (STEP, loop.Loop, "_train_step"),
    ("forward, with the head", loop, "edge_logprobs"),
    ("backward", torch.autograd, "backward"),
    ("cutting into micro-batches", batching, "cut_into_micro_batches"),
    ("building forests", batching, "build_forest"),
    ("clipping", loop, "clip_grad_norm_"),
    ("optimizer", torch.optim.AdamW, "step"),
)
"""What is said of a part, and where its function is looked up."""


def main() -> None:
    spin_while_waiting(TRAINING_SPINS)
    seconds = profile_run(base_model=None, n_rows=ROWS, batch_size=BATCH_SIZE)
    print(f"| {ROWS} rows of {SOURCE.parent.name}, batch {BATCH_SIZE} | seconds | share |\n|---|---|---|")
    for name, _, _ in PARTS:
        print(f"| {name} | {seconds[name]:.3f} | {seconds[name] / seconds[STEP]:.1%} |")
    print(f"\nForward and backward: {model_share(seconds):.1%} of a step; at least {LEAST_SHARE:.0%} is wanted.")


def profile_run(*, base_model: str | None, n_rows: int, batch_size: int) -> dict[str, float]:
    """Train one epoch of the example's first rows, as a job does. Gives part → seconds inside steps."""
    seconds: dict[str, float] = defaultdict(float)
    with TemporaryDirectory() as folder, ExitStack() as patches:
        work = WorkFolder(Path(folder))
        rows = SOURCE.read_text(encoding="utf-8").splitlines()[:n_rows]
        work.rows_file.write_text("\n".join(rows) + "\n", encoding="utf-8")
        write_run(work, new_setting("supervised", len(rows), batch_size, base_model))
        for name, owner, attribute in PARTS:
            patches.enter_context(patch.object(owner, attribute, _timed(name, getattr(owner, attribute), seconds)))
        status = execute_run(run_folder(work), lambda: False)
    assert status == EXIT_COMPLETE
    return seconds


def model_share(seconds: dict[str, float]) -> float:
    return (seconds["forward, with the head"] + seconds["backward"]) / seconds[STEP]


def _timed(name: str, function: Callable[..., Any], seconds: dict[str, float]) -> Callable[..., Any]:
    """Let `function` add its time to `seconds`; what runs outside of a step, as the forecast's probe, is left out."""

    def run(*arguments: Any, **named: Any) -> Any:
        seconds["depth"] += name == STEP
        started = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            if seconds["depth"]:
                seconds[name] += time.perf_counter() - started
            seconds["depth"] -= name == STEP

    return run
