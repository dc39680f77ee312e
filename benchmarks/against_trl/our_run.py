"""Our side: a run folder as every job has one, trained by the process that every job starts."""

from __future__ import annotations

from typing import Any

from benchmarks.against_trl.setting import Setting, WorkFolder
from tuneport.config import (
    DataSection,
    MethodSection,
    ModelSection,
    OptimizerSection,
    RunFolder,
    RunSpec,
    RuntimeSection,
    ScheduleSection,
)


def run_folder(work: WorkFolder) -> RunFolder:
    return RunFolder(work.path / "run")


def write_run(work: WorkFolder, setting: Setting) -> None:
    spec = RunSpec(
        model=ModelSection(
            base_model=setting.base_model,
            folder=setting.model_folder,
            longest_row_tokens=setting.longest_row_tokens,
        ),
        data=DataSection(training_file=work.rows_file),
        optimizer=OptimizerSection(learning_rate=setting.learning_rate, max_grad_norm=setting.max_grad_norm),
        schedule=ScheduleSection(n_epochs=1, batch_size=setting.batch_size, warmup_share=0.0, decay="constant"),
        runtime=RuntimeSection(device="cpu", threads=setting.threads),
        method=MethodSection(kind=setting.method, beta=setting.beta),
        seed=setting.seed,
    )
    run_folder(work).write_spec(spec)


def read_run(work: WorkFolder) -> dict[str, Any]:
    """Give what the run came to. Its seconds are those of the steps and of the reference, without checkpoints."""
    steps, _ = run_folder(work).read_metrics()
    result = run_folder(work).read_result()
    assert result is not None, "the process ended with status 0"
    return {
        "seconds": sum(step.seconds for step in steps) + work.read_result("first_step")["reference_seconds"],
        "losses": [step.train_loss for step in steps],
        "peak_memory_bytes": result.peak_memory_bytes,
        "tokens_in_rows": sum(step.tokens_seen for step in steps),
        "tokens_computed": sum(step.tokens_computed for step in steps),
    }
