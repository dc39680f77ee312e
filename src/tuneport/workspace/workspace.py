"""One home folder, opened: its records, its files, the work that goes on in it, and its projects."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from tuneport.config import Settings
from tuneport.core import Clock, SystemClock, read_machine
from tuneport.inference import Engines
from tuneport.jobs import Environment, LocalRunner, Runner, Supervisor, training_command
from tuneport.store import Blobs, FileRow, Parts, open_database
from tuneport.workspace.archiving import Archiving
from tuneport.workspace.batch_answers import LineAnswer
from tuneport.workspace.batch_work import BatchWork
from tuneport.workspace.batch_workers import BatchWorkers
from tuneport.workspace.callers import Callers
from tuneport.workspace.comparison_workers import ComparisonWorkers, fail_interrupted
from tuneport.workspace.deployments import remove_unused_deployments
from tuneport.workspace.exports import clear_exports
from tuneport.workspace.file_expiry import clear_parts, expire_uploads, remove_expired_files
from tuneport.workspace.file_imports import fail_interrupted_imports
from tuneport.workspace.idempotency import IdempotentAnswers
from tuneport.workspace.keys import Keys
from tuneport.workspace.making_room import MakingRoom
from tuneport.workspace.metrics import Metrics
from tuneport.workspace.parity_gate import ParityGate
from tuneport.workspace.periodic import Periodic
from tuneport.workspace.permissions import Permissions
from tuneport.workspace.pinned_models import pinned_engines
from tuneport.workspace.preparation import JobPreparation
from tuneport.workspace.project import Project
from tuneport.workspace.projects import Projects
from tuneport.workspace.vllm_choice import chosen_vllm
from tuneport.workspace.webhook_deliveries import WebhookDeliveries

DELIVERY_SECONDS = 1.0
"""How often the server looks for events that webhooks are to be told."""
CLEAN_SECONDS = 15.0
"""How often the server looks for what has expired."""
PIN_SECONDS = 5.0
"""How often the server looks for pinned models whose engine does not run."""


class Workspace:
    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        runner: Runner | None = None,
        answer_line: Callable[[Project, str, dict[str, Any]], LineAnswer],
    ) -> None:
        """Open the home; no work begins before `start`. A test gives its own clock and runner.

        `answer_line` gives the answer to the body of a batch's request, and never raises: its words are the wire's.
        """
        self.clock = clock or SystemClock()
        self.settings = settings
        self._database = open_database(settings.database)
        self._blobs = Blobs(settings.files)
        self._parts = Parts(settings.uploads)
        preparation = JobPreparation(self._database, settings, self._blobs)
        self.metrics = Metrics()
        self._engines = Engines(
            settings.logs,
            idle_seconds=settings.engine_idle_seconds,
            max_queued=settings.engine_max_queued,
            vllm=chosen_vllm(settings, has_gpu=self._has_gpu),
            observer=self.metrics.note_answer,
        )
        self.metrics.watch(self._engines, self._database)
        runner = runner or LocalRunner(training_command(settings.training_processes))
        training = MakingRoom(runner, self._engines, has_accelerator=self._has_gpu)
        gate = ParityGate(settings, self._engines)
        environment = Environment(self._database, self._blobs, settings, self.clock, preparation, training, gate)
        self._supervisor = Supervisor(environment)
        self.projects = Projects(self._database, self.clock)
        self.keys = Keys(self._database, self.projects, self.clock)
        self.archiving = Archiving(self._database, self.projects, self.keys, self.clock)
        self.callers = Callers(self.keys, self.projects, settings, self.clock)
        self.permissions = Permissions(self._database, self.projects, self.clock)
        self.idempotent_answers = IdempotentAnswers(self._database, self.clock)
        self._batches = BatchWorkers(self._batch_work(answer_line))
        self._comparisons = ComparisonWorkers(self._database, self._compare)
        self._deliveries = WebhookDeliveries(self._database, self.clock)
        self._sender = Periodic("webhooks", (self._deliveries.start_due,), every_seconds=DELIVERY_SECONDS)
        self._pins = Periodic("pinned models", (self._keep_pinned,), every_seconds=PIN_SECONDS)
        self._cleaner = Periodic("cleaner", (self.remove_expired,), every_seconds=CLEAN_SECONDS)
        self._export_turn = threading.Lock()
        self._projects: dict[str, Project] = {}
        self._projects_lock = threading.Lock()

    def start(self) -> None:
        """Clear what a killed server left, and go on with its jobs."""
        with self._database.read() as session:
            self._blobs.delete_all_but(set(session.scalars(select(FileRow.id))))
        fail_interrupted(self._database)
        fail_interrupted_imports(self._database, self._blobs)
        clear_parts(self._database, self._parts)
        clear_exports(self._database, self.settings)
        self._supervisor.start()
        self._batches.start()
        self._comparisons.start()
        self._sender.start()
        self._cleaner.start()
        self._pins.start()

    def stop(self) -> None:
        """End what runs; unfinished jobs go on at the next start."""
        self._cleaner.stop()
        self._supervisor.stop()
        self._batches.ask_to_stop()
        self._comparisons.stop()
        # Requests of batches that are under way end with their engines, and are asked again at the next start.
        self._engines.stop()
        self._pins.stop()
        self._batches.stop()
        self._sender.stop()
        self._deliveries.wait()
        self._database.close()

    def remove_expired(self) -> None:
        """Remove the files, uploads and deployments whose time is over."""
        now = self.clock.now()
        expire_uploads(self._database, self._parts, now=now)
        remove_expired_files(self._database, self._blobs, now=now)
        remove_unused_deployments(self._database, self.settings, now=now)

    def _has_gpu(self) -> bool:
        return bool(read_machine(self.settings.home).gpus)

    def _keep_pinned(self) -> None:
        self._engines.pin(pinned_engines(self._database, self.project))

    def _compare(self, project_id: str, comparison_id: str, stopping: threading.Event) -> None:
        self.project(project_id).comparisons.work_on(comparison_id, stopping)

    def _batch_work(self, answer_line: Callable[[Project, str, dict[str, Any]], LineAnswer]) -> BatchWork:
        return BatchWork(
            self._database,
            self._blobs,
            self.settings,
            self.clock,
            lambda project_id, endpoint, body: answer_line(self.project(project_id), endpoint, body),
            threading.Event(),
        )

    def project(self, project_id: str) -> Project:
        """Give what the keys of a project can see and do."""
        with self._projects_lock:
            if project_id not in self._projects:
                self._projects[project_id] = Project(
                    self._database.of_project(project_id),
                    self._blobs,
                    self._parts,
                    self.settings,
                    self.clock,
                    self._supervisor,
                    self._engines,
                    self._batches.wake,
                    self._comparisons.wake,
                    self._export_turn,
                )
            return self._projects[project_id]
