"""Between files of the workspace and files on the wire."""

from __future__ import annotations

from tuneport.api.files.wire import FileList, FileObject
from tuneport.api.page_query import page_ends
from tuneport.workspace import Page, StoredFile


def file_object(file: StoredFile) -> FileObject:
    return FileObject(
        id=file.id,
        bytes=file.n_bytes,
        created_at=file.created_at,
        filename=file.filename,
        purpose=file.purpose,
        status=file.status,
        expires_at=file.expires_at,
        status_details=file.status_details,
    )


def file_list(page: Page[StoredFile]) -> FileList:
    first_id, last_id = page_ends(page, lambda file: file.id)
    return FileList(
        data=[file_object(file) for file in page.items],
        first_id=first_id,
        last_id=last_id,
        has_more=page.has_more,
    )
