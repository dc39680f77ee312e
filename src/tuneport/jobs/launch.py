"""From a job to the spec of its run."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tuneport.config import (
    CadenceSection,
    DataSection,
    MethodSection,
    ModelSection,
    OptimizerSection,
    RunSpec,
    ScheduleSection,
    TrainingOptions,
)
from tuneport.jobs.environment import Environment
from tuneport.jobs.tuning import Tuning
from tuneport.store import JobRow

RECORDED_VERSIONS = ("tuneport", "torch", "transformers", "peft", "tokenizers", "numpy")


def build_spec(
    environment: Environment, row: JobRow, model: ModelSection, *, start_from: Path | None = None
) -> RunSpec:
    """Give every value of the run; the job's files are checked and its hyperparameters resolved by now.

    `start_from`: checkpoint of the tuned model that the job goes on from.
    """
    assert row.learning_rate is not None, "a job is queued only once its hyperparameters are resolved"
    validation_file = row.validation_file and environment.blobs.path(row.validation_file)
    tuning = Tuning.of(row.tuning)
    spec = RunSpec(
        model=model.model_copy(
            update={
                "quantization": tuning.quantization,
                "engine_answers": environment.gate.needs_engine(tuning),
            }
        ),
        data=DataSection(
            training_file=environment.blobs.path(row.training_file), validation_file=validation_file or None
        ),
        adapter=tuning.adapter_section(start_from),
        optimizer=OptimizerSection(learning_rate=row.learning_rate),
        schedule=ScheduleSection(
            n_epochs=row.hyperparameters["n_epochs"], batch_size=row.hyperparameters["batch_size"]
        ),
        method=_method(row),
        cadence=CadenceSection(stop_after_worse_epochs=row.stop_after_worse_epochs),
        seed=row.seed,
        day=datetime.fromtimestamp(environment.clock.now(), UTC).date(),
        reasons=row.reasons,
        versions=_versions(),
    )
    return TrainingOptions(**row.training).apply(spec)


def _method(row: JobRow) -> MethodSection:
    beta = row.hyperparameters.get("beta")
    return MethodSection.model_validate({"kind": row.method, **({} if beta is None else {"beta": beta})})


def _versions() -> dict[str, str]:
    found = {}
    for package in RECORDED_VERSIONS:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
