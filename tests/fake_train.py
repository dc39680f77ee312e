"""Stands in for `python -m tuneport.train`: writes a run folder in a moment, and ends as its first argument says.

good | full-once | crash-once | crash-always | fails | hangs (until its server is gone) | hangs-if-asked (by a file)
With early stopping it finds epoch 3 of 10 the best, and stops after the fifth.
"""

import os
import signal
import sys
import time
from pathlib import Path

from tuneport.config import RunEvent, RunFolder, RunResult, RunSpec, StepMetrics
from tuneport.core import JsonLinesWriter

N_ROWS = 10
EARLY_STEP, BEST_STEP = 50, 30


def main(ending: str, run_dir: str, _option: str, parent_pid: str) -> None:
    sys.stdout.write("fake training begins\n")
    sys.stdout.flush()
    run = RunFolder(Path(run_dir))
    spec = run.read_spec()
    total = N_ROWS * spec.schedule.n_epochs
    metrics, events = JsonLinesWriter(run.metrics_file), JsonLinesWriter(run.events_file)
    is_first_attempt = not run.attempt_dir(2).exists()
    is_asked_to_hang = (run.path.parent / "hang").exists()
    first_step = max((int(path.name) for path in run.checkpoints.glob("*")), default=0) + 1
    last_step, best_step = (EARLY_STEP, BEST_STEP) if spec.cadence.stop_after_worse_epochs else (total, None)
    for step in range(first_step, last_step + 1):
        metrics.write(step_metrics(step, total, spec).model_dump())
        if step % N_ROWS == 0:
            run.checkpoint_dir(step).mkdir(parents=True)
            events.write(event("checkpoint_saved", step=step).model_dump())
        if step == total - 15:
            end_early(ending, events, is_first_attempt, is_asked_to_hang, int(parent_pid))
    drop_old_checkpoints(run, spec)
    if best_step:
        events.write(event("noted").model_dump())
    run.write_result(
        RunResult(
            checkpoint=f"checkpoints/{best_step or total:06d}",
            checkpoint_step=best_step,
            steps=last_step,
            trained_tokens=4480,
            seconds=1.0,
            peak_memory_bytes=1,
            final_train_loss=0.5,
        )
    )


def end_early(
    ending: str, events: JsonLinesWriter, is_first_attempt: bool, is_asked_to_hang: bool, parent_pid: int
) -> None:
    if ending == "crash-always" or (ending == "crash-once" and is_first_attempt):
        os.kill(os.getpid(), signal.SIGKILL)
    if ending == "full-once" and is_first_attempt:
        events.write(event("failed", code="storage_full").model_dump())
        sys.exit(1)
    if ending == "fails":
        events.write(event("failed", code="loss_not_a_number").model_dump())
        sys.exit(1)
    if ending == "hangs-if-asked" and is_asked_to_hang:
        time.sleep(600)
    while ending == "hangs" and os.getppid() == parent_pid:
        time.sleep(0.1)


def step_metrics(step: int, total: int, spec: RunSpec) -> StepMetrics:
    with_validation = spec.data.validation_file is not None
    return StepMetrics(
        step=step,
        total_steps=total,
        epoch=(step - 1) // N_ROWS + 1,
        loss_sum=14.0,
        loss_count=100,
        n_right=80,
        extra={"reward_margin": 0.7} if spec.method.kind == "dpo" else {},
        learning_rate=0.001,
        grad_norm=1.0,
        seconds=0.5,
        tokens_seen=50,
        tokens_computed=40,
        valid_loss=0.31 if with_validation and step % 10 == 0 else None,
        valid_accuracy=0.7 if with_validation and step % 10 == 0 else None,
    )


def event(kind: str, *, step: int | None = None, code: str | None = None) -> RunEvent:
    return RunEvent.model_validate(
        {"kind": kind, "at": time.time(), "message": f"the run says {kind}", "step": step, "code": code}
    )


def drop_old_checkpoints(run: RunFolder, spec: RunSpec) -> None:
    for folder in sorted(run.checkpoints.iterdir())[: -spec.cadence.keep_checkpoints]:
        folder.rmdir()


if __name__ == "__main__":
    main(*sys.argv[1:])
