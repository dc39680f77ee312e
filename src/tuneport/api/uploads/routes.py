"""The routes of uploads in parts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from tuneport.api.files.body import body_of, read_form
from tuneport.api.project_dependency import ProjectDependency
from tuneport.api.uploads.translate import part_object, upload_object, upload_request
from tuneport.api.uploads.wire import CompleteUploadRequest, CreateUploadRequest, PartObject, UploadObject

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])


@router.post("")
def create_upload(project: ProjectDependency, body: CreateUploadRequest) -> UploadObject:
    return upload_object(project.uploads.create(upload_request(body)))


@router.post("/{upload_id}/parts")
async def add_part(request: Request, project: ProjectDependency, upload_id: str) -> PartObject:
    async with body_of(request) as chunks:
        with await run_in_threadpool(project.uploads.new_part, upload_id) as part:
            await read_form(request, chunks, part.write, file_field="data")
            return part_object(await run_in_threadpool(part.finish))


@router.post("/{upload_id}/complete")
def complete_upload(project: ProjectDependency, upload_id: str, body: CompleteUploadRequest) -> UploadObject:
    return upload_object(project.uploads.complete(upload_id, body.part_ids, md5=body.md5))


@router.post("/{upload_id}/cancel")
def cancel_upload(project: ProjectDependency, upload_id: str) -> UploadObject:
    return upload_object(project.uploads.cancel(upload_id))
