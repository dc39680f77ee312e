"""What the keys of one project can see and do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from tuneport.catalog import BaseModel, PullProgress
from tuneport.config import Settings
from tuneport.core import Clock
from tuneport.inference import EngineClient, Engines
from tuneport.jobs import Supervisor
from tuneport.store import Blobs, Database, Parts
from tuneport.workspace.batches import Batches
from tuneport.workspace.chat_completions import ChatCompletions
from tuneport.workspace.comparisons import Comparisons
from tuneport.workspace.costs import Costs
from tuneport.workspace.data_desk import DataDesk
from tuneport.workspace.deployments import Deployments
from tuneport.workspace.exports import Exports
from tuneport.workspace.file_imports import FileImports
from tuneport.workspace.files import Files
from tuneport.workspace.jobs import Jobs
from tuneport.workspace.machine import MachineReport, report_machine
from tuneport.workspace.models import Models
from tuneport.workspace.preferences import HeldOutPreferences, read_preferences
from tuneport.workspace.pulls import follow_pull
from tuneport.workspace.responses import Responses
from tuneport.workspace.text_completions import TextCompletions
from tuneport.workspace.uploads import Uploads
from tuneport.workspace.webhooks import Webhooks

if TYPE_CHECKING:
    from tuneport.workspace.completions import Completions, ModelCompleter
    from tuneport.workspace.embeddings import Embeddings
    from tuneport.workspace.row_losses import RowLosses


class Project:
    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        parts: Parts,
        settings: Settings,
        clock: Clock,
        supervisor: Supervisor,
        engines: Engines,
        wake_batches: Callable[[], None],
        wake_comparisons: Callable[[], None],
        export_turn: threading.Lock,
    ) -> None:
        """`database` is that of the project; `wake_batches` is called when there is a batch to work on.

        `wake_comparisons` does the same for comparisons.
        `export_turn` is held by the one export that runs.
        """
        self.settings = settings
        self._database = database
        self._engines = engines
        self.files = Files(database, blobs, settings, clock)
        self.data_desk = DataDesk(self.files)
        self.uploads = Uploads(database, blobs, parts, settings, clock)
        self.webhooks = Webhooks(database, clock)
        self.batches = Batches(database, settings, clock, wake_batches)
        self.models = Models(database, settings, clock)
        self.imports = FileImports(database, blobs, settings, clock, supervisor.wake)
        self.exports = Exports(database, settings, clock, self.models, export_turn)
        self.deployments = Deployments(database, self.models, settings, clock)
        self.jobs = Jobs(database, settings, clock, supervisor.wake)
        self.costs = Costs(self.jobs, settings)
        self.chats = ChatCompletions(database, clock, self.models, lambda: self.completions)
        self.texts = TextCompletions(clock, self.models, lambda: self.completions)
        self.responses = Responses(database, clock, self.models, lambda: self.completions)
        self.comparisons = Comparisons(database, self.files, self.models, clock, self._completer_for, wake_comparisons)

    @cached_property
    def completions(self) -> Completions:
        # Tokenizers and templates are a third of the server's start: only the first who chats waits for them.
        from tuneport.workspace.completions import Completions

        return Completions(self.settings, self.models, self._engines)

    @cached_property
    def embeddings(self) -> Embeddings:
        from tuneport.workspace.embeddings import Embeddings

        return Embeddings(self.settings, self.models, self._engines)

    @cached_property
    def row_losses(self) -> RowLosses:
        from tuneport.workspace.row_losses import RowLosses

        return RowLosses(self.settings, self.files, self.models)

    def report_machine(self) -> MachineReport:
        return report_machine(self.settings)

    def read_preferences(self, job_id: str) -> HeldOutPreferences:
        """Give how a preference job did on the pairs that it was not trained on. Raises `NotFound`."""
        return read_preferences(self._database, self.settings, job_id)

    def follow_pull(self, source: str, *, name: str | None) -> Iterator[PullProgress | BaseModel]:
        """Pull a base model, giving progress and at last its record."""
        return follow_pull(source, self.settings, name=name)

    def engine_of(self, model: str) -> EngineClient:
        """Give the engine that answers for a model. Raises `NotFound`, and `InvalidRequest` for one without text."""
        from tuneport.workspace.target import find_target

        return find_target(model, self.settings, self.models, self._engines).engine

    def _completer_for(self, model: str) -> ModelCompleter:
        from tuneport.workspace.completions import ModelCompleter

        return ModelCompleter(self.completions, model)
