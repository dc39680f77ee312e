"""The routes of exports."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from tuneport.api.exports.translate import export_object, export_request
from tuneport.api.exports.wire import CreateExportRequest, DeletedExport, ExportList, ExportObject
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/v1/tuneport/exports", tags=["tuneport"])


@router.post("")
def create_export(project: ProjectDependency, body: CreateExportRequest) -> ExportObject:
    """Begin to write a tuned model for other programs; ask for the export until it has ended."""
    return export_object(project.exports.create(export_request(body)))


@router.get("")
def list_exports(project: ProjectDependency) -> ExportList:
    return ExportList(data=[export_object(export) for export in project.exports.list()])


@router.get("/{export_id}")
def retrieve_export(project: ProjectDependency, export_id: str) -> ExportObject:
    return export_object(project.exports.find(export_id))


@router.get("/{export_id}/files/{name}/content")
def retrieve_exported_file(project: ProjectDependency, export_id: str, name: str) -> FileResponse:
    return FileResponse(project.exports.file(export_id, name), media_type="application/octet-stream")


@router.post("/{export_id}/cancel")
def cancel_export(project: ProjectDependency, export_id: str) -> ExportObject:
    return export_object(project.exports.cancel(export_id))


@router.delete("/{export_id}")
def delete_export(project: ProjectDependency, export_id: str) -> DeletedExport:
    """Delete the export's files on the server."""
    project.exports.delete(export_id)
    return DeletedExport(id=export_id)
