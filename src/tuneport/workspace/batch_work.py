"""The work on one batch, from wherever it stopped: check its lines, answer them, make its output files."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tuneport.config import Settings
from tuneport.core import Clock, TuneportError, new_id
from tuneport.store import BatchRow, Blobs, Database, FileRow
from tuneport.workspace.batch_answers import BatchAnswers, LineAnswer
from tuneport.workspace.batch_lines import BatchLine, CheckedLines, check_lines, read_batch_lines
from tuneport.workspace.batch_record import Batch, BatchProblem, batch_of, find_batch_row
from tuneport.workspace.batch_status import ENDED, BatchStatus, move_batch
from tuneport.workspace.file_record import new_file_row
from tuneport.workspace.side_by_side import side_by_side

log = logging.getLogger(__name__)

OUTPUT_PURPOSE = "batch_output"
SYNC_SECONDS = 0.5
RETRY_PAUSES = (1.0, 5.0, 20.0, 60.0)
LOOK_SECONDS = 0.5
COPY_BYTES = 2**20

ENDING_OF = {
    BatchStatus.IN_PROGRESS: BatchStatus.EXPIRED,
    BatchStatus.CANCELLING: BatchStatus.CANCELLED,
    BatchStatus.FINALIZING: BatchStatus.COMPLETED,
}
"""How a batch ends whose work is over, by what it is then."""

AnswerLine = Callable[[str, str, dict[str, Any]], LineAnswer]
"""Project, endpoint and body of a request → its answer; it never raises."""


@dataclass(frozen=True)
class BatchWork:
    database: Database
    """That of all projects."""
    blobs: Blobs
    settings: Settings
    clock: Clock
    answer_line: AnswerLine
    stopping: threading.Event
    """Set when the server leaves."""

    def work_on(self, batch_id: str) -> None:
        """Bring the batch to its end, or to where the server leaves."""
        batch = self._find(batch_id)
        if batch.status == BatchStatus.VALIDATING:
            self._validate(batch)
            batch = self._find(batch_id)
        if batch.status in ENDED:
            return
        with BatchAnswers(self._folder(batch)) as answers:
            if batch.status == BatchStatus.IN_PROGRESS:
                self._answer(batch, answers)
            if not self.stopping.is_set():
                self._end(batch, answers)

    def fail(self, batch_id: str, error: Exception) -> None:
        """End the batch with the reason why work on it does not get anywhere; what was answered is in its files."""
        batch, problem = self._find(batch_id), _problem_of(error)

        def end(row: BatchRow) -> None:
            row.errors = [asdict(problem)]
            move_batch(row, BatchStatus.FAILED, at=self.clock.now())

        try:
            with BatchAnswers(self._folder(batch)) as answers:
                self._close(batch, answers, end)
        except (LookupError, TypeError, ValueError):
            log.exception("the answers of batch %s can't be read, and are lost", batch_id)
            with self.database.write() as session:
                end(find_batch_row(session, batch_id))
            shutil.rmtree(self._folder(batch), ignore_errors=True)

    def is_expired(self, batch_id: str) -> bool:
        return self._is_expired(self._find(batch_id))

    def _validate(self, batch: Batch) -> None:
        checked = check_lines(
            self._input(batch), endpoint=batch.endpoint, max_requests=self.settings.max_batch_requests
        )
        with self.database.write() as session:
            row = find_batch_row(session, batch.id)
            _record_check(row, checked)
            move_batch(row, BatchStatus.FAILED if checked.problems else BatchStatus.IN_PROGRESS, at=self.clock.now())

    def _answer(self, batch: Batch, answers: BatchAnswers) -> None:
        lines = (line for line in self._lines(batch) if line.custom_id not in answers.custom_ids)
        groups = side_by_side(
            lambda line: self._answer_line(batch, line),
            lines,
            at_once=self.settings.batch_parallel_requests,
            is_over=lambda: self._is_over(batch),
        )
        synced_at = time.monotonic()
        with closing(groups):
            for group in groups:
                for line, answer in group:
                    if answer is not None:
                        answers.add(line.custom_id, answer)
                if time.monotonic() - synced_at >= SYNC_SECONDS:
                    self._record_progress(batch, answers)
                    synced_at = time.monotonic()
        self._record_progress(batch, answers)

    def _answer_line(self, batch: Batch, line: BatchLine) -> LineAnswer | None:
        """`None` where the batch is over before there is an answer. An engine that is full or gone is asked again."""
        for pause in (*RETRY_PAUSES, 0):
            answer = self.answer_line(batch.project_id, batch.endpoint, line.body)
            if not answer.is_worth_repeating:
                return answer
            if self._is_over_within(batch, pause):
                return None
        return answer

    def _is_over_within(self, batch: Batch, seconds: float) -> bool:
        """Wait so long, or until the batch is over; say whether it is."""
        until = time.monotonic() + seconds
        while not (is_over := self._is_over(batch)) and (left := until - time.monotonic()) > 0:
            self.stopping.wait(min(left, LOOK_SECONDS))
        return is_over

    def _end(self, batch: Batch, answers: BatchAnswers) -> None:
        """Bring the batch to its end: to which depends on what it is then."""
        is_whole = len(answers.custom_ids) == batch.n_total
        if not is_whole and self._find(batch.id).status == BatchStatus.IN_PROGRESS:
            self._add_expired(batch, answers)
        elif is_whole and answers.n_expired == 0:
            self._move(batch.id, BatchStatus.FINALIZING)
        self._close(
            batch, answers, lambda row: move_batch(row, ENDING_OF[BatchStatus(row.status)], at=self.clock.now())
        )

    def _close(self, batch: Batch, answers: BatchAnswers, end: Callable[[BatchRow], object]) -> None:
        """Make the output files and let `end` move the batch, both or neither."""
        with ExitStack() as undoing:
            files = [self._make_file(batch, path, undoing) for path in (answers.output_file, answers.error_file)]
            with self.database.write() as session:
                row = find_batch_row(session, batch.id)
                session.add_all([file for file in files if file is not None])
                row.output_file_id, row.error_file_id = (file.id if file else None for file in files)
                row.usage = asdict(answers.usage)
                _count(row, answers)
                end(row)
            undoing.pop_all()
        shutil.rmtree(self._folder(batch), ignore_errors=True)

    def _add_expired(self, batch: Batch, answers: BatchAnswers) -> None:
        for line in self._lines(batch):
            if line.custom_id not in answers.custom_ids:
                answers.add_expired(line.custom_id)
        answers.sync()

    def _make_file(self, batch: Batch, path: Path, undoing: ExitStack) -> FileRow | None:
        """Copy the lines to where files lie; `None` if there are none. The file is there once its row is.

        `undoing` removes it again.
        """
        if path.stat().st_size == 0:
            return None
        file_id = new_id("file-")
        undoing.callback(self.blobs.delete, file_id)
        with self.blobs.new(file_id) as blob:
            with path.open("rb") as lines:
                shutil.copyfileobj(lines, blob, COPY_BYTES)
            blob.finish()
        row = new_file_row(
            file_id,
            filename=f"{batch.id}_{path.name}",
            purpose=OUTPUT_PURPOSE,
            n_bytes=blob.n_bytes,
            at=self.clock.now(),
            lifetime_seconds=batch.output_lifetime_seconds,
        )
        row.project_id = batch.project_id
        return row

    def _is_over(self, batch: Batch) -> bool:
        is_cancelled = self._find(batch.id).status != BatchStatus.IN_PROGRESS
        return self.stopping.is_set() or is_cancelled or self._is_expired(batch)

    def _is_expired(self, batch: Batch) -> bool:
        return self.clock.now() >= batch.expires_at

    def _record_progress(self, batch: Batch, answers: BatchAnswers) -> None:
        answers.sync()
        with self.database.write() as session:
            _count(find_batch_row(session, batch.id), answers)

    def _move(self, batch_id: str, to: BatchStatus) -> None:
        """Move it, unless the user was faster."""
        with self.database.write() as session:
            move_batch(find_batch_row(session, batch_id), to, at=self.clock.now())

    def _find(self, batch_id: str) -> Batch:
        with self.database.read() as session:
            return batch_of(find_batch_row(session, batch_id))

    def _lines(self, batch: Batch) -> Iterator[BatchLine]:
        return read_batch_lines(self._input(batch))

    def _input(self, batch: Batch) -> Path:
        return self.blobs.path(batch.input_file_id)

    def _folder(self, batch: Batch) -> Path:
        return self.settings.batches / batch.id


def _problem_of(error: Exception) -> BatchProblem:
    if isinstance(error, TuneportError):
        return BatchProblem(error.code, error.message)
    return BatchProblem("internal_error", f"Tuneport failed on this batch: {type(error).__name__}: {error}.")


def _record_check(row: BatchRow, checked: CheckedLines) -> None:
    row.n_total = checked.n_requests
    row.model = checked.model
    row.errors = [asdict(problem) for problem in checked.problems] or None


def _count(row: BatchRow, answers: BatchAnswers) -> None:
    row.n_completed, row.n_failed = answers.n_completed, answers.n_failed
