"""The routes of files."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response, StreamingResponse

from tuneport.api.files.report_query import ReportQuery
from tuneport.api.files.report_stream import ReportStream
from tuneport.api.files.translate import file_list, file_object
from tuneport.api.files.upload import receive_upload
from tuneport.api.files.wire import DeletedFile, FileList, FileObject
from tuneport.api.page_query import FilesQuery
from tuneport.api.project_dependency import ProjectDependency
from tuneport.api.whole_file_work import WholeFileTurn

router = APIRouter(prefix="/v1/files", tags=["files"])


@router.post("")
async def create_file(request: Request, project: ProjectDependency) -> FileObject:
    return file_object(await receive_upload(request, project))


@router.get("")
def list_files(project: ProjectDependency, page: FilesQuery, purpose: str | None = None) -> FileList:
    return file_list(project.files.list(page, purpose=purpose))


@router.get("/{file_id}")
def retrieve_file(project: ProjectDependency, file_id: str) -> FileObject:
    return file_object(project.files.find(file_id))


@router.get("/{file_id}/content")
def retrieve_content(project: ProjectDependency, file_id: str) -> FileResponse:
    return FileResponse(project.files.path(file_id), media_type="application/octet-stream")


@router.get("/{file_id}/report", response_model=dict[str, Any])
async def report_file(
    project: ProjectDependency, file_id: str, request: ReportQuery, turn: WholeFileTurn, stream: bool = False
) -> Response | dict[str, Any]:
    """Tuneport's own: what a job would find in this file, and what else there is to know of it.

    `stream` tells as server-sent events how far the file is read, and ends with the report or an error.
    """
    if not stream:
        return await run_in_threadpool(project.files.report, file_id, request)
    report = ReportStream(partial(project.files.report, file_id, request))
    turn.push_async_callback(report.stop)
    return StreamingResponse(await report.begun(), media_type="text/event-stream")


@router.delete("/{file_id}")
def delete_file(project: ProjectDependency, file_id: str) -> DeletedFile:
    project.files.delete(file_id)
    return DeletedFile(id=file_id)
