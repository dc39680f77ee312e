"""An upload from the request straight to disk."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from tuneport.api.files.body import body_of, missing, read_form
from tuneport.api.files.multipart import UploadForm
from tuneport.api.files.wire import ExpiresAfter
from tuneport.workspace import Project, StoredFile, Upload

ANCHOR, SECONDS = "expires_after[anchor]", "expires_after[seconds]"
FORM_FIELDS = frozenset({"purpose", ANCHOR, SECONDS})


async def receive_upload(request: Request, project: Project) -> StoredFile:
    """Keep the file of the request's form. Raises `InvalidRequest` or `StorageFull`, and keeps nothing then."""
    async with body_of(request) as chunks:
        with project.files.upload() as upload:
            form = await read_form(request, chunks, upload.write, file_field="file", fields=FORM_FIELDS)
            return await run_in_threadpool(_finish, form, upload)


def _finish(form: UploadForm, upload: Upload) -> StoredFile:
    if "purpose" not in form.fields:
        raise missing("purpose")
    assert form.filename is not None
    return upload.finish(
        filename=form.filename, purpose=form.fields["purpose"], lifetime_seconds=_lifetime_seconds(form.fields)
    )


def _lifetime_seconds(fields: dict[str, str]) -> int | None:
    """Give what the form says in brackets. Raises as the body of a JSON request would."""
    given = {key: fields[name] for key, name in (("anchor", ANCHOR), ("seconds", SECONDS)) if name in fields}
    if not given:
        return None
    try:
        return ExpiresAfter.model_validate(given).seconds
    except ValidationError as error:
        raise RequestValidationError([_located(problem) for problem in error.errors()]) from error


def _located(problem: Any) -> dict[str, Any]:
    return {**problem, "loc": ("body", "expires_after", *problem["loc"])}
