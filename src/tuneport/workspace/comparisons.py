"""Comparisons of a base model, the same with examples in its prompt, and a tuned model, on held-out rows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select

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
from tuneport.store import ComparisonRow, Database
from tuneport.workspace.comparison_record import (
    ComparisonRequest,
    ComparisonState,
    Running,
    answers_of,
    find_comparison_row,
    state_of,
)
from tuneport.workspace.comparison_rows import read_measured_rows, read_training_rows
from tuneport.workspace.files import Files
from tuneport.workspace.models import Models

log = logging.getLogger(__name__)


class ModelToCompare(Completer, Protocol):
    """Who answers under a model's name, and how long its answers are."""

    def count_answer_tokens(self, answer: Message, tools: Sequence[dict[str, Any]]) -> int: ...


def fail_interrupted(database: Database) -> None:
    """Comparisons do not survive their server: say so on those that an earlier one left."""
    error = {
        "code": "server_stopped",
        "message": "The server stopped while it compared. Start the comparison again.",
    }
    with database.write() as session:
        for row in session.scalars(select(ComparisonRow).where(ComparisonRow.status == "running")):
            row.status, row.error = "failed", error


class Comparisons:
    def __init__(
        self,
        database: Database,
        files: Files,
        models: Models,
        clock: Clock,
        completer_for: Callable[[str], ModelToCompare],
    ) -> None:
        """`completer_for` gives who answers under a model's name."""
        self._database = database
        self._files = files
        self._models = models
        self._clock = clock
        self._completer_for = completer_for
        self._running: dict[str, Running] = {}

    def create(self, request: ComparisonRequest) -> ComparisonState:
        """Start to compare. Raises `NotFound` for a file or model that is not there."""
        self._models.find(request.base_model)
        self._models.find(request.tuned_model)
        self._files.find(request.training_file)
        self._files.find(request.validation_file)
        row = ComparisonRow(
            id=new_id("cmp_"), created_at=self._clock.now(), status="running", done=0, total=0, **asdict(request)
        )
        with self._database.write() as session:
            session.add(row)
        self._running[row.id] = running = Running()
        threading.Thread(target=self._work, args=(row.id, request, running), name=row.id, daemon=True).start()
        return state_of(row, running)

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
        with self._database.write() as session:
            row = find_comparison_row(session, comparison_id)
            if row.status != "running":
                raise Conflict(f"Comparison {row.id} is '{row.status}'; only a running one can be cancelled.")
            row.status = "cancelled"
        running = self._running.get(comparison_id)
        if running is not None:
            running.is_cancelled = True
        return state_of(row, running)

    def _work(self, comparison_id: str, request: ComparisonRequest, running: Running) -> None:
        try:
            outcome = self._compare(request, running)
            self._end(comparison_id, running, outcome=outcome)
        except ComparisonCancelled:
            log.info("%s was cancelled", comparison_id)
        except TuneportError as error:
            self._end(comparison_id, running, error={"code": error.code, "message": error.message})
        except Exception as error:
            log.exception("%s", comparison_id)
            message = f"Tuneport failed on this comparison: {type(error).__name__}: {error}. The server's log has more."
            self._end(comparison_id, running, error={"code": "internal_error", "message": message})
        finally:
            self._running.pop(comparison_id, None)

    def _compare(self, request: ComparisonRequest, running: Running) -> Comparison:
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

    def _end(
        self,
        comparison_id: str,
        running: Running,
        *,
        outcome: Comparison | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        # Before the transaction, which keeps all others from writing.
        verdict = None if outcome is None else write_verdict(outcome)
        answers = None if outcome is None else answers_of(outcome)
        with self._database.write() as session:
            row = find_comparison_row(session, comparison_id)
            if row.status != "running":
                return
            row.done, row.total, row.error = running.done, running.total, error
            row.status = "failed" if outcome is None else "succeeded"
            row.verdict, row.answers = verdict, answers
            if outcome is not None:
                row.results = {name: asdict(score) for name, score in outcome.scores.items()}
