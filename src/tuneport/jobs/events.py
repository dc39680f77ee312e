"""What a job tells its user, word for word as OpenAI's service says it; our own additions come last."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy.orm import Session

from tuneport.config import StepMetrics
from tuneport.core import StorageFull, new_id
from tuneport.jobs.job import Auto, RequestedHyperparameters
from tuneport.store import JobEventRow

Level = Literal["info", "warn", "error"]

FILES_VALIDATED = "Files validated, moving job to queued state"
STARTED = "Fine-tuning job started"
SUCCEEDED = "The job has successfully completed"
CANCELLED = "Fine-tuning job cancelled"
PAUSED = "Fine-tuning job paused"
RESUMED = "Fine-tuning job resumed, moving job to queued state"
GOES_ON = "Fine-tuning job goes on from its last checkpoint"
GIVES_WAY = "The job gives way to others: while another one waits for this machine, it is set aside, and goes on after"
GAVE_WAY = "Another job waits for this machine: this one goes back into the queue"
CLEARED = "Training process ended; what it had not finished was removed"


def add_event(
    session: Session,
    job_id: str,
    message: str,
    *,
    at: int,
    level: Level = "info",
    data: dict[str, Any] | None = None,
    metrics: dict[str, Any] | None = None,
) -> None:
    """Record one event; `data` is what its message says, for programs, and `metrics` makes it of type "metrics"."""
    if data is None:
        # OpenAI's service sends `{}` with every message but this one, which has null.
        data = None if message == STARTED else {}
    session.add(
        JobEventRow(
            id=new_id("ftevent-"),
            job_id=job_id,
            created_at=at,
            level=level,
            type="message" if metrics is None else "metrics",
            message=message,
            data=data if metrics is None else metrics,
        )
    )
    # The order of events is that of their sequence numbers, which the flush gives.
    session.flush()


def created(job_id: str) -> str:
    return f"Created fine-tuning job: {job_id}"


def goes_on_from(model: str) -> str:
    return f"Training goes on from {model}"


def trained_here(training_type: str) -> str:
    return f"trainingType {training_type!r}: like every job here, this one is trained on this machine"


def validating(training_file: str, validation_file: str | None) -> str:
    message = f"Validating training file: {training_file}"
    return message if validation_file is None else f"{message} and validation file: {validation_file}"


def checkpoint_created(step: int, name: str) -> str:
    return f"Checkpoint created at step {step} with Snapshot ID: {name}"


def model_created(name: str) -> str:
    return f"New fine-tuned model created: {name}"


def step_message(metrics: StepMetrics) -> str:
    losses = [f"training loss={metrics.train_loss:.2f}"]
    if metrics.valid_loss is not None:
        losses.append(f"validation loss={metrics.valid_loss:.2f}")
    if metrics.full_valid_loss is not None:
        losses.append(f"full validation loss={metrics.full_valid_loss:.2f}")
    return f"Step {metrics.step}/{metrics.total_steps}: {', '.join(losses)}"


def step_data(metrics: StepMetrics) -> dict[str, float]:
    """Give the numbers of one step under OpenAI's names, and those of the method; what was not measured is left out."""
    data: dict[str, float | None] = {
        "step": metrics.step,
        "total_steps": metrics.total_steps,
        "train_loss": metrics.train_loss,
        "train_mean_token_accuracy": metrics.train_accuracy,
        "valid_loss": metrics.valid_loss,
        "valid_mean_token_accuracy": metrics.valid_accuracy,
        "full_valid_loss": metrics.full_valid_loss,
        "full_valid_mean_token_accuracy": metrics.full_valid_accuracy,
        **{f"train_{name}": value for name, value in metrics.extra.items()},
    }
    return {name: value for name, value in data.items() if value is not None}


def hyperparameters_chosen(chosen: RequestedHyperparameters, learning_rate: float, reasons: dict[str, str]) -> str:
    """Say each value, and why "auto" chose it where the user did not."""
    values: dict[str, Any] = {
        "n_epochs": chosen.n_epochs,
        "batch_size": chosen.batch_size,
        "learning_rate_multiplier": _short(chosen.learning_rate_multiplier),
        "learning_rate": _short(learning_rate),
        "beta": chosen.beta,
    }
    parts = [f"{name} {value} ({reasons.get(name, 'as given')})" for name, value in values.items() if value is not None]
    return f"Hyperparameters: {'; '.join(parts)}"


def _short(rate: float | Auto) -> str:
    return rate if isinstance(rate, str) else f"{rate:.3g}"


def set_aside(last_step: int) -> str:
    """Say where a paused job stands; `last_step` is 0 before the first."""
    if last_step == 0:
        return "Training process ended before its first step; a resume begins the training"
    return f"Training process ended after step {last_step}; a resume goes on there"


def waiting_for_space(error: StorageFull) -> str:
    return f"{error.message} The job waits and goes on by itself once there is room."


def pulling(model: str) -> str:
    return f"Base model {model} is not on this machine yet: getting it first, once"


def restarting(exit_code: int, attempt: int) -> str:
    return (
        f"Training process ended unexpectedly ({describe_exit(exit_code)}). "
        f"Starting it again from its last checkpoint, attempt {attempt}."
    )


def describe_exit(exit_code: int) -> str:
    if exit_code == -9:
        return "killed by signal 9, as the system does when memory runs out"
    if exit_code < 0:
        return f"killed by signal {-exit_code}"
    return f"exit code {exit_code}"
