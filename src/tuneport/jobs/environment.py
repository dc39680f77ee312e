"""What the work on jobs needs, handed over in one piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tuneport.config import ModelSection, RunFolder, Settings
from tuneport.core import Clock
from tuneport.jobs.gate import Gate
from tuneport.jobs.job import Job
from tuneport.jobs.runners.runner import Runner
from tuneport.store import Blobs, Database


@dataclass(frozen=True)
class FileWarning:
    """What the check of a file warns of, once for all rows of one kind; it stops no job."""

    message: str
    data: dict[str, Any]
    """The same for programs."""


@dataclass(frozen=True)
class CheckedFiles:
    n_examples: int
    """Training rows, at least 1."""
    warnings: tuple[FileWarning, ...] = ()


class Preparation(Protocol):
    """What a job needs from parts that `jobs` may not import: data and catalog."""

    def are_files_here(self, job: Job) -> bool:
        """Say whether the files have come, or will not come; until then the job waits."""
        ...

    def check_files(self, job: Job) -> CheckedFiles:
        """Check training and validation file. A `TuneportError` fails the job with its code."""
        ...

    def parameters_of(self, job: Job) -> int:
        """Give the number of weights of the base model."""
        ...

    def is_model_here(self, job: Job) -> bool: ...

    def fetch_model(self, job: Job, *, on_progress: Callable[[], None]) -> ModelSection:
        """Give the base model, pulled first where needed; an error raised by `on_progress` ends the pull."""
        ...


@dataclass(frozen=True)
class Environment:
    database: Database
    blobs: Blobs
    settings: Settings
    clock: Clock
    preparation: Preparation
    runner: Runner
    gate: Gate

    def run_folder(self, job_id: str) -> RunFolder:
        return RunFolder(self.settings.runs / job_id)
