"""Comparisons of a base model, the same with examples in its prompt, and a tuned model, on held-out rows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import update

from tuneport.core import Clock, ComparisonCancelled, Conflict, TuneportError, new_id
from tuneport.data import Message
from tuneport.evals import (
    BASE,
    FEW_SHOT,
    TUNED,
    Comparison,
    Completer,
    FewShotCompleter,
    choose_examples,
    compare,
    write_verdict,
)
from tuneport.jobs import keep_trying
from tuneport.store import ComparisonRow, Database
from tuneport.workspace.comparison_record import (
    UNFINISHED,
    ComparisonRequest,
    ComparisonState,
    Running,
    answers_of,
    find_comparison_row,
    request_of,
    state_of,
)
from tuneport.workspace.comparison_rows import read_measured_rows, read_training_rows
from tuneport.workspace.file_record import find_file_row
from tuneport.workspace.files import Files
from tuneport.workspace.models import Models

log = logging.getLogger(__name__)


class ModelToCompare(Completer, Protocol):
    """Who answers under a model's name, and how long its answers are."""

    def count_answer_tokens(self, answer: Message, tools: Sequence[dict[str, Any]]) -> int: ...


class Comparisons:
    def __init__(
        self,
        database: Database,
        files: Files,
        models: Models,
        clock: Clock,
        completer_for: Callable[[str], ModelToCompare],
        on_change: Callable[[], None],
    ) -> None:
        """`completer_for` gives who answers under a model's name; `on_change` is called when there is work to do."""
        self._database = database
        self._files = files
        self._models = models
        self._clock = clock
        self._completer_for = completer_for
        self._on_change = on_change
        self._running: dict[str, Running] = {}

    def create(self, request: ComparisonRequest) -> ComparisonState:
        """Queue a comparison. Raises `NotFound` for a file or model that is not there."""
        # By their own names: who deletes a model asks for the comparisons that need it.
        request = replace(
            request,
            base_model=self._models.find(request.base_model).name,
            tuned_model=self._models.find(request.tuned_model).name,
        )
        row = ComparisonRow(
            id=new_id("cmp_"), created_at=self._clock.now(), status="queued", done=0, total=0, **asdict(request)
        )
        with self._database.write() as session:
            find_file_row(session, request.training_file)
            find_file_row(session, request.validation_file)
            session.add(row)
        self._on_change()
        return state_of(row, None)

    def find(self, comparison_id: str) -> ComparisonState:
        """Give how far it is, or what it found. Raises `NotFound`."""
        running = self._running.get(comparison_id)
        with self._database.read() as session:
            return state_of(find_comparison_row(session, comparison_id), running)

    def answers(self, comparison_id: str) -> list[dict[str, Any]]:
        """Give every row with what was expected and what each answered; empty until it has succeeded."""
        with self._database.read() as session:
            return list(find_comparison_row(session, comparison_id).answers or [])

    def cancel(self, comparison_id: str) -> ComparisonState:
        """End it. Raises `NotFound`, or `Conflict` where it has ended."""
        running = self._running.get(comparison_id)
        with self._database.write() as session:
            row = find_comparison_row(session, comparison_id)
            if row.status not in UNFINISHED:
                raise Conflict(f"Comparison {row.id} is '{row.status}'; only one that has not ended can be cancelled.")
            row.status = "cancelled"
            if running is not None:
                row.done, row.total = running.done, running.total
        # Looked up again: it may have begun meanwhile.
        running = self._running.get(comparison_id)
        if running is not None:
            running.is_cancelled = True
        return state_of(row, None)

    def work_on(self, comparison_id: str, stopping: threading.Event) -> None:
        """Compare, and record how that ended, until it is recorded or `stopping` is set."""
        self._running[comparison_id] = running = Running(stopping)
        try:
            ending = self._ending(comparison_id, running)
            keep_trying(lambda: self._record(comparison_id, running, ending), stopping)
        except ComparisonCancelled:
            log.info("%s was cancelled", comparison_id)
        finally:
            del self._running[comparison_id]

    def _ending(self, comparison_id: str, running: Running) -> dict[str, Any]:
        """Compare, and give what the row is to hold. Raises `ComparisonCancelled`."""
        try:
            with self._database.read() as session:
                row = find_comparison_row(session, comparison_id)
            # Who cancelled it before it was in `_running` could tell nobody.
            running.is_cancelled = running.is_cancelled or row.status != "running"
            outcome = self._compare(request_of(row), running)
            return {
                "status": "succeeded",
                "results": {name: asdict(score) for name, score in outcome.scores.items()},
                "verdict": write_verdict(outcome),
                "answers": answers_of(outcome),
            }
        except ComparisonCancelled:
            raise
        except TuneportError as error:
            return _failure(error.code, error.message)
        except Exception as error:
            log.exception("%s", comparison_id)
            message = f"Tuneport failed on this comparison: {type(error).__name__}: {error}. The server's log has more."
            return _failure("internal_error", message)

    def _record(self, comparison_id: str, running: Running, ending: dict[str, Any]) -> None:
        is_ours = (ComparisonRow.id == comparison_id, ComparisonRow.status == "running")
        with self._database.write() as session:
            session.execute(
                update(ComparisonRow).where(*is_ours).values(done=running.done, total=running.total, **ending)
            )

    def _compare(self, request: ComparisonRequest, running: Running) -> Comparison:
        running.check()
        training, _ = self._file(request.training_file)
        validation, name = self._file(request.validation_file)
        measured = read_measured_rows(validation, name, training, max_rows=request.max_rows, check=running.check)
        base = self._completer_for(request.base_model)
        completers: dict[str, Completer] = {BASE: base}
        if request.few_shot_rows:
            training_rows = read_training_rows(*self._file(request.training_file), running.check)
            examples = choose_examples(training_rows, n_rows=request.few_shot_rows, seed=request.seed)
            completers[FEW_SHOT] = FewShotCompleter(base, examples)
        completers[TUNED] = self._completer_for(request.tuned_model)
        return compare(
            measured,
            completers,
            count_tokens=base.count_answer_tokens,
            on_progress=running.report,
            check=running.check,
        )

    def _file(self, file_id: str) -> tuple[Path, str]:
        return self._files.path(file_id), self._files.find(file_id).filename


def _failure(code: str, message: str) -> dict[str, Any]:
    return {"status": "failed", "error": {"code": code, "message": message}}
