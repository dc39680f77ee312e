"""Between uploads of the workspace and uploads on the wire."""

from __future__ import annotations

from tuneport.api.files.translate import file_object
from tuneport.api.uploads.wire import CreateUploadRequest, PartObject, UploadObject
from tuneport.workspace import PartedUpload, PartedUploadRequest, UploadPart


def upload_request(body: CreateUploadRequest) -> PartedUploadRequest:
    return PartedUploadRequest(
        filename=body.filename,
        purpose=body.purpose,
        n_bytes=body.bytes,
        file_lifetime_seconds=body.expires_after.seconds if body.expires_after else None,
    )


def upload_object(upload: PartedUpload) -> UploadObject:
    return UploadObject(
        id=upload.id,
        bytes=upload.n_bytes,
        created_at=upload.created_at,
        filename=upload.filename,
        purpose=upload.purpose,
        status=upload.status,
        expires_at=upload.expires_at,
        file=file_object(upload.file) if upload.file else None,
    )


def part_object(part: UploadPart) -> PartObject:
    return PartObject(id=part.id, created_at=part.created_at, upload_id=part.upload_id)
