"""The routes of files in Azure's words."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response, status
from fastapi.responses import FileResponse

from tuneport.api.azure.api_version import ApiVersion
from tuneport.api.azure.errors import AZURE_ERRORS
from tuneport.api.azure.files.translate import azure_file, azure_result_csv
from tuneport.api.azure.files.wire import AzureFile, AzureFileList, ImportFileRequest
from tuneport.api.azure.location import set_location
from tuneport.api.files.upload import receive_upload
from tuneport.api.project_dependency import ProjectDependency
from tuneport.workspace import ImportRequest, PageRequest, StoredFile

PATH = "/openai/files"
ALL_FILES = 2**31
"""Azure's list has no pages."""

router = APIRouter(prefix=PATH, tags=["Azure: files"], responses=AZURE_ERRORS)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_file(
    request: Request, response: Response, project: ProjectDependency, api_version: ApiVersion
) -> AzureFile:
    return _created(request, response, await receive_upload(request, project), api_version)


@router.post("/import", status_code=status.HTTP_201_CREATED)
def import_file(
    request: Request, response: Response, project: ProjectDependency, body: ImportFileRequest, api_version: ApiVersion
) -> AzureFile:
    """Let the server fetch a file; jobs that name it wait until it has come."""
    return _created(request, response, project.imports.start(ImportRequest(**body.model_dump())), api_version)


@router.get("")
def list_files(project: ProjectDependency, api_version: ApiVersion, purpose: str | None = None) -> AzureFileList:
    found = project.files.list(PageRequest(limit=ALL_FILES), purpose=purpose)
    return AzureFileList(data=[azure_file(file) for file in found.items])


@router.get("/{file_id}")
def retrieve_file(project: ProjectDependency, file_id: str, api_version: ApiVersion) -> AzureFile:
    return azure_file(project.files.find(file_id))


@router.get("/{file_id}/content", response_class=Response)
def retrieve_content(project: ProjectDependency, file_id: str, api_version: ApiVersion) -> Response:
    """Give the file as it is; the result file of a job has Azure's columns here."""
    path = project.files.path(file_id)
    steps = project.jobs.steps_in(file_id)
    if steps is None:
        return FileResponse(path, media_type="application/octet-stream")
    return Response(azure_result_csv(steps), media_type="application/octet-stream")


@router.delete("/{file_id}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
def delete_file(project: ProjectDependency, file_id: str, api_version: ApiVersion) -> None:
    project.files.delete(file_id)


def _created(request: Request, response: Response, file: StoredFile, api_version: str) -> AzureFile:
    set_location(request, response, f"{PATH}/{file.id}", api_version)
    return azure_file(file)
