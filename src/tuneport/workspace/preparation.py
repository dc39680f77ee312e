"""What a job needs before it can train: checked files and its base model."""

from __future__ import annotations

from collections.abc import Callable

from tuneport.catalog import PullProgress, find_model, is_pulled, model_folder, pull
from tuneport.config import ModelSection, Settings
from tuneport.core import DataError
from tuneport.data import CheckReport, check_file
from tuneport.jobs import Job
from tuneport.store import Blobs


class JobPreparation:
    """`jobs.Preparation`, over data and catalog."""

    def __init__(self, settings: Settings, blobs: Blobs) -> None:
        self._settings = settings
        self._blobs = blobs

    def check_files(self, job: Job) -> int:
        report = self._check(job, job.training_file, is_training_file=True)
        if job.validation_file is not None:
            self._check(job, job.validation_file, is_training_file=False)
        return report.n_rows

    def is_model_here(self, job: Job) -> bool:
        return is_pulled(find_model(job.base_model, self._settings), self._settings)

    def fetch_model(self, job: Job, *, on_progress: Callable[[], None]) -> ModelSection:
        def report(_progress: PullProgress) -> None:
            on_progress()

        model = pull(job.base_model, self._settings, on_progress=report)
        return ModelSection(
            base_model=model.name,
            folder=model_folder(model, self._settings),
            longest_row_tokens=model.longest_training_row_tokens,
        )

    def _check(self, job: Job, file_id: str, *, is_training_file: bool) -> CheckReport:
        report = check_file(
            self._blobs.path(file_id),
            method=job.method,
            is_training_file=is_training_file,
            longest_row_tokens=find_model(job.base_model, self._settings).longest_training_row_tokens,
        )
        failure = report.job_failure(file_id)
        if failure is not None:
            code, message = failure
            raise DataError(message, code, "training_file" if is_training_file else "validation_file")
        return report
