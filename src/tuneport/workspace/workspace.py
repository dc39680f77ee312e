"""Everything a user can do, put together on one home folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import select

from tuneport.catalog import BaseModel, PullProgress
from tuneport.config import Settings
from tuneport.core import Clock, SystemClock
from tuneport.inference import Engines
from tuneport.jobs import Environment, LocalRunner, Runner, Supervisor
from tuneport.store import Blobs, FileRow, open_database
from tuneport.workspace.comparisons import Comparisons
from tuneport.workspace.files import Files
from tuneport.workspace.jobs import Jobs
from tuneport.workspace.machine import MachineReport, report_machine
from tuneport.workspace.models import Models
from tuneport.workspace.preferences import HeldOutPreferences, read_preferences
from tuneport.workspace.preparation import JobPreparation
from tuneport.workspace.pulls import follow_pull

if TYPE_CHECKING:
    from tuneport.workspace.completions import Completions, ModelCompleter


class Workspace:
    def __init__(self, settings: Settings, *, clock: Clock | None = None, runner: Runner | None = None) -> None:
        """Open the home; no work begins before `start`. A test gives its own clock and runner."""
        clock = clock or SystemClock()
        self.settings = settings
        self._database = open_database(settings.database)
        self._blobs = Blobs(settings.files)
        preparation = JobPreparation(settings, self._blobs)
        environment = Environment(self._database, self._blobs, settings, clock, preparation, runner or LocalRunner())
        self._supervisor = Supervisor(environment)
        self.files = Files(self._database, self._blobs, settings, clock)
        self.models = Models(self._database, settings)
        self.jobs = Jobs(self._database, settings, clock, self._supervisor.wake)
        self._engines = Engines(
            settings.logs, idle_seconds=settings.engine_idle_seconds, max_queued=settings.engine_max_queued
        )
        self.comparisons = Comparisons(self._database, self.files, self.models, clock, self._completer_for)

    @cached_property
    def completions(self) -> Completions:
        # Tokenizers and templates are a third of the server's start: only the first who chats waits for them.
        from tuneport.workspace.completions import Completions

        return Completions(self.settings, self.models, self._engines)

    def start(self) -> None:
        """Clear what a killed server left, and go on with its jobs."""
        with self._database.read() as session:
            self._blobs.delete_all_but(set(session.scalars(select(FileRow.id))))
        self.comparisons.fail_interrupted()
        self._supervisor.start()

    def stop(self) -> None:
        """End what runs; unfinished jobs go on at the next start."""
        self._supervisor.stop()
        self._engines.stop()
        self._database.close()

    def report_machine(self) -> MachineReport:
        return report_machine(self.settings)

    def read_preferences(self, job_id: str) -> HeldOutPreferences:
        """Give how a preference job did on the pairs that it was not trained on. Raises `NotFound`."""
        return read_preferences(self._database, self.settings, job_id)

    def follow_pull(self, source: str, *, name: str | None) -> Iterator[PullProgress | BaseModel]:
        """Pull a base model, giving progress and at last its record."""
        return follow_pull(source, self.settings, name=name)

    def _completer_for(self, model: str) -> ModelCompleter:
        from tuneport.workspace.completions import ModelCompleter

        return ModelCompleter(self.completions, model)
