"""Which words a request is answered in: one store of jobs, files and models stands behind all of them."""

from __future__ import annotations

from contextvars import ContextVar
from enum import StrEnum


class Dialect(StrEnum):
    OPENAI = "OpenAI"
    """`/v1/…`."""
    AZURE = "Azure, versioned"
    """`/openai/…?api-version=YYYY-MM-DD` and the management of deployments, `/subscriptions/…`."""
    AZURE_UNVERSIONED = "Azure, without versions"
    """`/openai/v1/…`: OpenAI's words but for little."""


dialect: ContextVar[Dialect] = ContextVar("dialect", default=Dialect.OPENAI)
"""That of the request that is being answered."""


def job_status_word(status: str) -> str:
    """Give a job's status in the dialect of the request, where that has OpenAI's objects."""
    is_just_made = status == "validating_files"
    return "pending" if is_just_made and dialect.get() is Dialect.AZURE_UNVERSIONED else status
