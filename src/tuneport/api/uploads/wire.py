"""Uploads in parts as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.api.files.wire import ExpiresAfter, FileObject


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CreateUploadRequest(_Request):
    filename: str
    purpose: str
    bytes: Annotated[int, Field(ge=1)]
    mime_type: str
    """Not used: files are told by what they hold."""
    expires_after: ExpiresAfter | None = None


class CompleteUploadRequest(_Request):
    part_ids: Annotated[list[str], Field(min_length=1, max_length=100_000)]
    md5: str | None = None


class UploadObject(BaseModel):
    id: str
    object: Literal["upload"] = "upload"
    bytes: int
    created_at: int
    filename: str
    purpose: str
    status: str
    expires_at: int
    file: FileObject | None


class PartObject(BaseModel):
    id: str
    object: Literal["upload.part"] = "upload.part"
    created_at: int
    upload_id: str
