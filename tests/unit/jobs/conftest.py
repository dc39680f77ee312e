from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from tuneport.config import DEFAULT_PROJECT, ModelSection, Settings
from tuneport.core import SystemClock, TuneportError
from tuneport.jobs import (
    CheckedFiles,
    Environment,
    FileWarning,
    Job,
    JobEvent,
    LocalRunner,
    NewJob,
    Tuning,
    Verdict,
    add_job,
    event_of,
    find_job_row,
    job_of,
)
from tuneport.jobs.training import train
from tuneport.jobs.validation import validate
from tuneport.store import Blobs, Database, JobEventRow, ModelRow, open_database

FAKE_TRAIN = Path(__file__).parents[2] / "fake_train.py"


@dataclass
class FakePreparation:
    n_examples: int = 10
    warnings: tuple[FileWarning, ...] = ()
    problem: TuneportError | None = None
    is_here: bool = True
    coming: set[str] = field(default_factory=set)
    """Files that have not come yet."""
    during_pull: list[Callable[[], None]] = field(default_factory=list)

    def are_files_here(self, job: Job) -> bool:
        return job.training_file not in self.coming

    def check_files(self, job: Job) -> CheckedFiles:
        if self.problem is not None:
            raise self.problem
        return CheckedFiles(self.n_examples, self.warnings)

    def parameters_of(self, job: Job) -> int:
        return 1000

    def is_model_here(self, job: Job) -> bool:
        return self.is_here

    def fetch_model(self, job: Job, *, on_progress: Callable[[], None]) -> ModelSection:
        for step in self.during_pull:
            step()
            on_progress()
        return ModelSection(base_model=job.base_model, folder=Path("/nowhere"), longest_row_tokens=100)


@dataclass
class FakeGate:
    """Lets through what it has no verdict on."""

    verdict: Verdict | None = None
    judged: list[tuple[str, str, Path]] = field(default_factory=list)
    during_judging: list[Callable[[], None]] = field(default_factory=list)

    def needs_engine(self, tuning: Tuning) -> bool:
        return tuning.quantization == "none"

    def judge(self, model: str, base_model: str, checkpoint: Path, *, on_wait: Callable[[], None]) -> Verdict | None:
        self.judged.append((model, base_model, checkpoint))
        for step in self.during_judging:
            step()
            on_wait()
        return self.verdict


@dataclass
class Workbench:
    """The work on jobs, with a training process that only pretends."""

    environment: Environment
    preparation: FakePreparation
    gate: FakeGate

    def add_job(self, **values: object) -> Job:
        new = {
            "base_model": "tiny",
            "training_file": "file-train",
            "validation_file": None,
            "seed": 7,
            "organization": "local",
        }
        with self.environment.database.of_project(DEFAULT_PROJECT).write() as session:
            return add_job(session, NewJob(**{**new, **values}), at=100)

    def change(self, job_id: str, change_job: Callable[..., Job]) -> Job:
        """Cancel, pause or resume it."""
        with self.environment.database.write() as session:
            return change_job(session, job_id, at=200)

    def validate(self, job: Job) -> Job:
        validate(self.environment, job)
        return self.job(job.id)

    def train(self, job: Job, stopping: object) -> Job:
        train(self.environment, self.validate(job), stopping)
        return self.job(job.id)

    def resume(self, job: Job) -> None:
        train(self.environment, job, threading.Event())

    def train_in_thread(self, job: Job, stopping: threading.Event) -> threading.Thread:
        thread = threading.Thread(target=lambda: self.train(job, stopping))
        thread.start()
        return thread

    def wait_for_steps(self, job_id: str, n_steps: int) -> None:
        self.wait_until(job_id, lambda: len(self.steps_told(job_id)) >= n_steps)

    def wait_for_end(self, job_id: str) -> None:
        self.wait_until(job_id, lambda: self.job(job_id).finished_at is not None)

    def wait_until(self, job_id: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < deadline, self.messages(job_id)
            time.sleep(0.05)

    def job(self, job_id: str) -> Job:
        with self.environment.database.read() as session:
            return job_of(find_job_row(session, job_id))

    def events(self, job_id: str) -> list[JobEvent]:
        with self.environment.database.read() as session:
            rows = session.scalars(select(JobEventRow).where(JobEventRow.job_id == job_id).order_by(JobEventRow.seq))
            return [event_of(row) for row in rows]

    def steps_told(self, job_id: str) -> list[int]:
        return [event.data["step"] for event in self.events(job_id) if event.type == "metrics"]

    def messages(self, job_id: str) -> list[str]:
        return [event.message for event in self.events(job_id)]

    def model_names(self) -> list[str]:
        with self.environment.database.read() as session:
            return list(session.scalars(select(ModelRow.name).order_by(ModelRow.seq)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "tuneport.db")
    yield database
    database.close()


@pytest.fixture
def workbench_that(database: Database, tmp_path: Path) -> Callable[[str], Workbench]:
    """Give a workbench whose training process ends in this way."""

    def make(ending: str) -> Workbench:
        settings = Settings(home=tmp_path)
        preparation, gate = FakePreparation(), FakeGate()
        runner = LocalRunner((sys.executable, str(FAKE_TRAIN), ending))
        environment = Environment(database, Blobs(settings.files), settings, SystemClock(), preparation, runner, gate)
        return Workbench(environment, preparation, gate)

    return make


@pytest.fixture
def workbench(workbench_that: Callable[[str], Workbench]) -> Workbench:
    return workbench_that("good")
