"""One home folder, opened: its records, its files, the work that goes on in it, and its projects."""

from __future__ import annotations

import threading

from sqlalchemy import select

from tuneport.config import Settings
from tuneport.core import Clock, SystemClock
from tuneport.inference import Engines
from tuneport.jobs import Environment, LocalRunner, Runner, Supervisor
from tuneport.store import Blobs, FileRow, open_database
from tuneport.workspace.comparisons import fail_interrupted
from tuneport.workspace.preparation import JobPreparation
from tuneport.workspace.project import Project


class Workspace:
    def __init__(self, settings: Settings, *, clock: Clock | None = None, runner: Runner | None = None) -> None:
        """Open the home; no work begins before `start`. A test gives its own clock and runner."""
        self._clock = clock or SystemClock()
        self.settings = settings
        self._database = open_database(settings.database)
        self._blobs = Blobs(settings.files)
        preparation = JobPreparation(settings, self._blobs)
        environment = Environment(
            self._database, self._blobs, settings, self._clock, preparation, runner or LocalRunner()
        )
        self._supervisor = Supervisor(environment)
        self._engines = Engines(
            settings.logs, idle_seconds=settings.engine_idle_seconds, max_queued=settings.engine_max_queued
        )
        self._projects: dict[str, Project] = {}
        self._projects_lock = threading.Lock()

    def start(self) -> None:
        """Clear what a killed server left, and go on with its jobs."""
        with self._database.read() as session:
            self._blobs.delete_all_but(set(session.scalars(select(FileRow.id))))
        fail_interrupted(self._database)
        self._supervisor.start()

    def stop(self) -> None:
        """End what runs; unfinished jobs go on at the next start."""
        self._supervisor.stop()
        self._engines.stop()
        self._database.close()

    def project(self, project_id: str) -> Project:
        """Give what the keys of a project can see and do."""
        with self._projects_lock:
            if project_id not in self._projects:
                self._projects[project_id] = Project(
                    self._database.of_project(project_id),
                    self._blobs,
                    self.settings,
                    self._clock,
                    self._supervisor,
                    self._engines,
                )
            return self._projects[project_id]
