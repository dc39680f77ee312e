"""An upload from the request straight to disk."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from tuneport.api.files.multipart import UploadForm
from tuneport.core import InvalidRequest, TuneportError
from tuneport.workspace import Project, StoredFile, Upload

FORM_FIELDS = frozenset({"purpose"})
MAX_DRAINED_BYTES = 2**30


async def receive_upload(request: Request, project: Project) -> StoredFile:
    """Keep the file of the request's form. Raises `InvalidRequest` or `StorageFull`, and keeps nothing then."""
    chunks = request.stream()
    try:
        with project.files.upload() as upload:
            form = UploadForm(request.headers.get("content-type", ""), upload.write)
            async for chunk in chunks:
                # Disks block; other requests must not wait for this one's.
                await run_in_threadpool(form.feed, chunk)
            form.finish()
            return await run_in_threadpool(_finish, form, upload)
    except TuneportError:
        await _drain(chunks)
        raise


def _finish(form: UploadForm, upload: Upload) -> StoredFile:
    unknown = sorted(form.fields.keys() - FORM_FIELDS)
    if unknown:
        raise InvalidRequest(f"Unknown parameter: {unknown[0]!r}.", code="unknown_parameter", param=unknown[0])
    for name, value in (("file", form.filename), ("purpose", form.fields.get("purpose"))):
        if value is None:
            message = f"Missing required parameter: {name!r}."
            raise InvalidRequest(message, code="missing_required_parameter", param=name)
    assert form.filename is not None
    return upload.finish(filename=form.filename, purpose=form.fields["purpose"])


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """A client reads the answer only once it has sent everything; cut off earlier, it would see a broken pipe."""
    n_bytes = 0
    async for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > MAX_DRAINED_BYTES:
            return
