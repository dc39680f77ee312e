"""Files as Azure's clients see them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class ImportFileRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    purpose: str
    filename: str
    content_url: str
    """`https://…` or `http://…`; a file on the server's machine only where its owner allows a folder."""


class FileError(BaseModel):
    code: Literal["fileImportFailed"] = "fileImportFailed"
    message: str


class AzureFile(BaseModel):
    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    updated_at: int
    filename: str
    purpose: str
    status: Literal["pending", "processed", "error"]
    """`pending` while an import runs. What a file holds is checked by the job that uses it."""
    error: FileError | None


class AzureFileList(BaseModel):
    object: Literal["list"] = "list"
    data: list[AzureFile]
    has_more: Literal[False] = False
    """Azure's list has no pages; without this the official client would ask for the next one for ever."""
