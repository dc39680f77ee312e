"""The body of a request on its way to disk, as it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from tuneport.api.files.multipart import UploadForm
from tuneport.api.request_body import drain
from tuneport.core import InvalidRequest, TuneportError


@asynccontextmanager
async def body_of(request: Request) -> AsyncIterator[AsyncIterator[bytes]]:
    """Give the body in chunks; where the block refuses it, the rest is still taken off the line."""
    chunks = request.stream()
    try:
        yield chunks
    except TuneportError:
        await drain(chunks)
        raise


async def read_form(
    request: Request,
    chunks: AsyncIterator[bytes],
    write: Callable[[bytes], None],
    *,
    file_field: str,
    fields: Collection[str] = (),
) -> UploadForm:
    """Hand the bytes of the part `file_field` to `write`. Raises `InvalidRequest` for any other form, or none."""
    form = UploadForm(request.headers.get("content-type", ""), write, file_field=file_field)
    async for chunk in chunks:
        # Disks block; other requests must not wait for this one's.
        await run_in_threadpool(form.feed, chunk)
    form.finish()
    unknown = sorted(form.fields.keys() - set(fields))
    if unknown:
        raise InvalidRequest(f"Unknown parameter: {unknown[0]!r}.", code="unknown_parameter", param=unknown[0])
    if form.filename is None:
        raise missing(file_field)
    return form


def missing(name: str) -> InvalidRequest:
    return InvalidRequest(f"Missing required parameter: {name!r}.", code="missing_required_parameter", param=name)
