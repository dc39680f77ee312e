"""What a job needs before it can train: checked files and its base model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from tuneport.catalog import PullProgress, find_model, is_pulled, model_folder, pull
from tuneport.config import ModelSection, Settings
from tuneport.core import DataError
from tuneport.data import RULES, CheckReport, check_file
from tuneport.jobs import CheckedFiles, FileWarning, Job
from tuneport.store import Blobs, Database, FileRow
from tuneport.workspace.file_imports import COMING
from tuneport.workspace.longest_row import longest_row_tokens


class JobPreparation:
    """`jobs.Preparation`, over data and catalog."""

    def __init__(self, database: Database, settings: Settings, blobs: Blobs) -> None:
        self._database = database
        self._settings = settings
        self._blobs = blobs

    def are_files_here(self, job: Job) -> bool:
        coming = select(FileRow.seq).where(
            FileRow.id.in_([job.training_file, job.validation_file]), FileRow.status == COMING
        )
        with self._database.read() as session:
            return session.scalar(coming) is None

    def check_files(self, job: Job) -> CheckedFiles:
        report = self._check(job, job.training_file, is_training_file=True)
        self._require_few_rows(job, report.n_rows)
        warnings = _warnings(report, job.training_file)
        if job.validation_file is not None:
            validation = self._check(job, job.validation_file, is_training_file=False)
            warnings += _warnings(validation, job.validation_file)
        return CheckedFiles(report.n_rows, tuple(warnings))

    def parameters_of(self, job: Job) -> int:
        return find_model(job.base_model, self._settings).parameters

    def is_model_here(self, job: Job) -> bool:
        return is_pulled(find_model(job.base_model, self._settings), self._settings)

    def fetch_model(self, job: Job, *, on_progress: Callable[[], None]) -> ModelSection:
        def report(_progress: PullProgress) -> None:
            on_progress()

        model = pull(job.base_model, self._settings, on_progress=report)
        return ModelSection(
            base_model=model.name,
            folder=model_folder(model, self._settings),
            longest_row_tokens=longest_row_tokens(model, job.training.longest_row_tokens),
        )

    def _check(self, job: Job, file_id: str, *, is_training_file: bool) -> CheckReport:
        role = "training_file" if is_training_file else "validation_file"
        model = find_model(job.base_model, self._settings)
        report = check_file(
            self._come(file_id, role),
            method=job.method,
            is_training_file=is_training_file,
            longest_row_tokens=longest_row_tokens(model, job.training.longest_row_tokens),
        )
        failure = report.job_failure(file_id)
        if failure is not None:
            code, message = failure
            raise DataError(message, code, role)
        return report

    def _require_few_rows(self, job: Job, n_rows: int) -> None:
        most = self._settings.max_training_rows
        if most is not None and n_rows > most:
            raise DataError(
                f"Training file {job.training_file} has {n_rows} rows, and this server takes {most}. "
                "Give a part of them; the owner of the server sets 'max_training_rows'.",
                "too_many_rows",
                "training_file",
            )

    def _come(self, file_id: str, role: str) -> Path:
        """Give where the file lies. Raises `DataError` for one that was to be fetched and could not be."""
        with self._database.read() as session:
            row = session.scalar(select(FileRow).where(FileRow.id == file_id))
        if row is not None and row.status == "error":
            raise DataError(
                f"The file {file_id} could not be fetched. {row.status_details}", "file_import_failed", role
            )
        return self._blobs.path(file_id)


def _warnings(report: CheckReport, file_id: str) -> list[FileWarning]:
    """Give one for each code, with the lines that the check tells of it: of all codes together the first twenty."""
    kind = "Training" if report.is_training_file else "Validation"
    warnings = []
    for code in report.warning_codes:
        count, shown = report.counts_by_code[code], [problem for problem in report.warnings if problem.code == code]
        lines = [problem.line for problem in shown if problem.line is not None]
        first = shown[0].message if shown else RULES[code].allowed
        times = "" if count == 1 else f", {count} times"
        warnings.append(
            FileWarning(
                f"{kind} file {file_id}: warning {code}{times}. {first[:1].upper()}{first[1:]}",
                {"file_id": file_id, "code": code, "count": count, "lines": lines},
            )
        )
    return warnings
