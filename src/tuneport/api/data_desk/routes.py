"""The routes of the data desk."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.data_desk.translate import (
    conversion_object,
    convert_options,
    deduplication_object,
    fix_object,
    split_object,
    split_options,
)
from tuneport.api.data_desk.wire import (
    Conversion,
    ConvertRequest,
    DedupeRequest,
    Deduplication,
    Fix,
    FixRequest,
    Split,
    SplitRequest,
)
from tuneport.api.project_dependency import ProjectDependency
from tuneport.api.whole_file_work import WHOLE_FILE_WORK

router = APIRouter(prefix="/v1/tuneport/files", tags=["tuneport"], dependencies=[WHOLE_FILE_WORK])


@router.post("/{file_id}/convert")
def convert_file(project: ProjectDependency, file_id: str, body: ConvertRequest) -> Conversion:
    """Make rows of a table, of another program's records or of transcripts, as a new file."""
    return conversion_object(*project.data_desk.convert(file_id, convert_options(body)))


@router.post("/{file_id}/split")
def split_file(project: ProjectDependency, file_id: str, body: SplitRequest) -> Split:
    """Divide the rows into two new files, to train on and to measure on; equal prompts stay together."""
    return split_object(*project.data_desk.split(file_id, split_options(body)))


@router.post("/{file_id}/dedupe")
def dedupe_file(project: ProjectDependency, file_id: str, body: DedupeRequest) -> Deduplication:
    """Keep the first of equal rows, as a new file."""
    return deduplication_object(*project.data_desk.dedupe(file_id, by=body.by))


@router.post("/{file_id}/fix")
def fix_file(project: ProjectDependency, file_id: str, body: FixRequest) -> Fix:
    """Put right what can be put right without guessing, as a new file, or tell what that would be."""
    return fix_object(*project.data_desk.fix(file_id, writes=body.write))
