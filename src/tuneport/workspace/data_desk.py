"""New files from old ones: converted, split, without repeats, repaired. The old one stays as it is."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePath

from tuneport.core import TuneportError
from tuneport.data import (
    ConvertOptions,
    ConvertReport,
    DedupeBy,
    DedupeReport,
    FixReport,
    SplitOptions,
    SplitReport,
    convert_file,
    dedupe_file,
    fix_file,
    split_file,
)
from tuneport.workspace.file_record import MAX_FILENAME_CHARACTERS, UPLOAD_PURPOSES, StoredFile
from tuneport.workspace.files import Files, Upload

_SUFFIX = ".jsonl"


@dataclass(frozen=True)
class DataDesk:
    """Each work raises `NotFound` or `Conflict` for a file that is not there whole, and what its work in data does."""

    files: Files

    def convert(self, file_id: str, options: ConvertOptions) -> tuple[ConvertReport, StoredFile | None]:
        """Give the report and the new file, `None` where no record became a row."""
        source, path = self.files.find(file_id), self.files.path(file_id)
        with self.files.upload() as upload:
            report = convert_file(path, upload.write, options)
            return report, _keep(upload, source, "converted") if report.n_rows else None

    def split(self, file_id: str, options: SplitOptions) -> tuple[SplitReport, StoredFile, StoredFile]:
        """Give the report, the rows to train on and those to measure on."""
        source, path = self.files.find(file_id), self.files.path(file_id)
        with ExitStack() as uploads:
            training, validation = (uploads.enter_context(self.files.upload()) for _ in range(2))
            report = split_file(path, training.write, validation.write, options)
            kept = _keep(training, source, "train")
            try:
                return report, kept, _keep(validation, source, "validation")
            except TuneportError:
                # One part without the other would be of no use.
                self.files.delete(kept.id)
                raise

    def dedupe(self, file_id: str, *, by: DedupeBy) -> tuple[DedupeReport, StoredFile]:
        source, path = self.files.find(file_id), self.files.path(file_id)
        with self.files.upload() as upload:
            report = dedupe_file(path, upload.write, by=by)
            return report, _keep(upload, source, "deduped")

    def fix(self, file_id: str, *, writes: bool) -> tuple[FixReport, StoredFile | None]:
        """Give the report and the new file; without `writes` only what would be changed."""
        source, path = self.files.find(file_id), self.files.path(file_id)
        if not writes:
            return fix_file(path, lambda rows: None), None
        with self.files.upload() as upload:
            report = fix_file(path, upload.write)
            return report, _keep(upload, source, "fixed")


def _keep(upload: Upload, source: StoredFile, word: str) -> StoredFile:
    """Keep the new file under a name that says what it is, for the purpose of the old one."""
    end = f".{word}{_SUFFIX}"
    stem = PurePath(source.filename).stem[: MAX_FILENAME_CHARACTERS - len(end)]
    purpose = source.purpose if source.purpose in UPLOAD_PURPOSES else "user_data"
    return upload.finish(filename=f"{stem}{end}", purpose=purpose)
