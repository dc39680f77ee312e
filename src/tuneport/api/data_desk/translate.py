"""Between the workspace's data desk and the wire's."""

from __future__ import annotations

from tuneport.api.data_desk.wire import Conversion, ConvertRequest, Deduplication, Fix, Split, SplitRequest
from tuneport.workspace import (
    ConvertOptions,
    ConvertReport,
    DedupeReport,
    FixReport,
    SplitOptions,
    SplitReport,
    StoredFile,
)


def convert_options(body: ConvertRequest) -> ConvertOptions:
    columns = tuple(
        (part, name) for part, names in body.map.items() for name in ((names,) if isinstance(names, str) else names)
    )
    return ConvertOptions(
        source=body.source,
        columns=columns,
        system=body.system,
        assistant_speaker=body.assistant,
        encoding=body.encoding,
        strips_marks=body.strip_marks,
    )


def conversion_object(report: ConvertReport, file: StoredFile | None) -> Conversion:
    return Conversion(**report.to_json(), file_id=file.id if file else None)


def split_options(body: SplitRequest) -> SplitOptions:
    return SplitOptions(**body.model_dump())


def split_object(report: SplitReport, training: StoredFile, validation: StoredFile) -> Split:
    return Split(**report.to_json(), training_file_id=training.id, validation_file_id=validation.id)


def deduplication_object(report: DedupeReport, file: StoredFile) -> Deduplication:
    return Deduplication(**report.to_json(), file_id=file.id)


def fix_object(report: FixReport, file: StoredFile | None) -> Fix:
    return Fix(**report.to_json(), file_id=file.id if file else None)
