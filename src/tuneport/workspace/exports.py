"""Tuned models, written for other programs."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tuneport.catalog import find_model, model_folder, require_disk_space, require_pulled
from tuneport.config import Settings
from tuneport.core import Clock, Conflict, InvalidRequest, TuneportError, new_folder, new_id
from tuneport.store import Database, ExportRow, ModelRow
from tuneport.weights import ExportOrder, expected_export_bytes, file_facts
from tuneport.workspace.export_process import ExportCancelled, run_export
from tuneport.workspace.export_record import (
    UNFINISHED,
    Export,
    ExportRequest,
    RunningExport,
    choose_numbers,
    export_of,
    find_export_row,
    find_exported_file,
)
from tuneport.workspace.lineage import is_tuned
from tuneport.workspace.models import Models

log = logging.getLogger(__name__)

TURN_SECONDS = 0.25


def clear_exports(database: Database, settings: Settings) -> None:
    """Say on the exports that an earlier server left unfinished that they failed, and remove what is nobody's."""
    error = {"code": "server_stopped", "message": "The server stopped while it exported. Start the export again."}
    with database.write() as session:
        for row in session.scalars(select(ExportRow).where(ExportRow.status.in_(UNFINISHED))):
            row.status, row.error = "failed", error
        kept = set(session.scalars(select(ExportRow.id).where(ExportRow.status == "succeeded")))
    for folder in settings.exports.iterdir() if settings.exports.exists() else ():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


class Exports:
    def __init__(
        self, database: Database, settings: Settings, clock: Clock, models: Models, turn: threading.Lock
    ) -> None:
        """`turn`: held by the export that runs; all projects share it, as a model takes much of the memory."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._models = models
        self._turn = turn
        self._running: dict[str, RunningExport] = {}

    def create(self, request: ExportRequest) -> Export:
        """Begin to write a tuned model.

        Raises `NotFound`, `InvalidRequest` for a base model or numbers that the format can't have, and `StorageFull`.
        """
        order = self._order(request)
        parameters = find_model(order.base_model, self._settings).parameters
        expected_bytes = expected_export_bytes(order, parameters=parameters)
        self._settings.exports.mkdir(parents=True, exist_ok=True)
        require_disk_space(self._settings.exports, expected_bytes, f"the export of {order.model!r}")
        row = ExportRow(
            id=new_id("export_"),
            created_at=self._clock.now(),
            status="queued",
            model=order.model,
            format=order.format,
            numbers=order.numbers,
            expected_bytes=expected_bytes,
            files=[],
        )
        with self._database.write() as session:
            session.add(row)
        self._running[row.id] = running = RunningExport()
        threading.Thread(target=self._work, args=(row.id, order, running), name=row.id, daemon=True).start()
        return export_of(row, running)

    def list(self) -> tuple[Export, ...]:
        """Give the exports, newest first."""
        with self._database.read() as session:
            rows = session.scalars(select(ExportRow).order_by(ExportRow.seq.desc()))
            return tuple(export_of(row, self._running.get(row.id)) for row in rows)

    def find(self, export_id: str) -> Export:
        """Raises `NotFound`."""
        with self._database.read() as session:
            return export_of(find_export_row(session, export_id), self._running.get(export_id))

    def file(self, export_id: str, name: str) -> Path:
        """Give where a file of an export lies. Raises `NotFound`."""
        return find_exported_file(self.find(export_id), name, self._settings.exports / export_id)

    def cancel(self, export_id: str) -> Export:
        """End it. Raises `NotFound`, or `Conflict` where it has ended."""
        with self._database.write() as session:
            row = find_export_row(session, export_id)
            if row.status not in UNFINISHED:
                raise Conflict(
                    f"The export {export_id} is {row.status!r}; only one that has not ended can be cancelled."
                )
            row.status, row.finished_at = "cancelled", self._clock.now()
        if running := self._running.get(export_id):
            running.is_cancelled = True
        return export_of(row, None)

    def delete(self, export_id: str) -> None:
        """Delete an export with its files. Raises `NotFound`, or `Conflict` where it has not ended."""
        with self._database.write() as session:
            row = find_export_row(session, export_id)
            if row.status in UNFINISHED:
                raise Conflict(f"The export {export_id} is {row.status!r}. Cancel it first, or wait for its end.")
            session.delete(row)
        shutil.rmtree(self._settings.exports / export_id, ignore_errors=True)

    def _order(self, request: ExportRequest) -> ExportOrder:
        numbers = choose_numbers(request)
        name = self._models.find(request.model).name
        if not is_tuned(name):
            raise InvalidRequest(
                f"{name!r} is a base model; only tuned models ('ft:…') are exported. Choose one of them: "
                "`tuneport models list` shows those there.",
                code="not_a_tuned_model",
                param="model",
            )
        tuned = self._models.find_tuned(name)
        base = find_model(tuned.base_model, self._settings)
        require_pulled(base, self._settings)
        return ExportOrder(
            model=name,
            format=request.format,
            numbers=numbers,
            base_model=base.name,
            base_source=asdict(base.source),
            base_folder=model_folder(base, self._settings),
            checkpoint=tuned.adapter_dir,
            context_tokens=base.context_tokens,
            licence=base.licence,
        )

    def _work(self, export_id: str, order: ExportOrder, running: RunningExport) -> None:
        try:
            self._export(export_id, order, running)
        except ExportCancelled:
            log.info("%s was cancelled", export_id)
        except TuneportError as error:
            self._fail(export_id, error.code, error.message)
        except Exception as error:
            log.exception("%s", export_id)
            message = f"Tuneport failed on this export: {type(error).__name__}: {error}. The server's log has more."
            self._fail(export_id, "internal_error", message)
        finally:
            self._running.pop(export_id, None)

    def _export(self, export_id: str, order: ExportOrder, running: RunningExport) -> None:
        while not self._turn.acquire(timeout=TURN_SECONDS):
            _raise_if_cancelled(running)
        try:
            if not self._move(export_id, "running"):
                raise ExportCancelled
            with new_folder(self._settings.exports / export_id) as folder:
                parity = run_export(
                    order,
                    folder,
                    self._settings.logs / f"{export_id}.log",
                    on_stage=lambda stage: setattr(running, "stage", stage),
                    is_cancelled=lambda: running.is_cancelled,
                )
                files = [file_facts(file) for file in sorted(folder.iterdir())]
            self._succeed(export_id, order, parity, files)
        finally:
            self._turn.release()

    def _succeed(
        self, export_id: str, order: ExportOrder, parity: dict[str, Any] | None, files: Sequence[dict[str, Any]]
    ) -> None:
        def record(row: ExportRow) -> None:
            row.files, row.parity = [*files], parity

        # First, so that who sees the export's end sees the verdict; it is true of a cancelled export, too.
        if parity is not None:
            self._keep_verdict(order, parity)
        if not self._move(export_id, "succeeded", record):
            shutil.rmtree(self._settings.exports / export_id, ignore_errors=True)

    def _keep_verdict(self, order: ExportOrder, parity: dict[str, Any]) -> None:
        """Put the verdict beside those that the model has."""
        with self._database.write() as session:
            row = session.scalar(select(ModelRow).where(ModelRow.name == order.model))
            if row is not None:
                row.parity = {**(row.parity or {}), f"{order.format} {order.numbers}": parity}

    def _fail(self, export_id: str, code: str, message: str) -> None:
        def record(row: ExportRow) -> None:
            row.error = {"code": code, "message": message}

        self._move(export_id, "failed", record)

    def _move(self, export_id: str, status: str, record: Callable[[ExportRow], None] = lambda row: None) -> bool:
        """Set the status unless the export was cancelled or deleted meanwhile; say whether it was set."""
        with self._database.write() as session:
            row = session.scalar(select(ExportRow).where(ExportRow.id == export_id))
            if row is None or row.status not in UNFINISHED:
                return False
            row.status = status
            if status not in UNFINISHED:
                row.finished_at = self._clock.now()
            record(row)
            return True


def _raise_if_cancelled(running: RunningExport) -> None:
    if running.is_cancelled:
        raise ExportCancelled
