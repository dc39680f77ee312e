"""Azure's `api-version`: any date will do, but there must be one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Query

from tuneport.api.dialect import Dialect
from tuneport.core import InvalidRequest

_DATED = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:-preview)?")
_UNDATED = ("v1", "preview", "latest")

ApiVersion = Annotated[
    str, Query(alias="api-version", description="`YYYY-MM-DD` or `YYYY-MM-DD-preview`; every date is taken alike.")
]


def refused_version(dialect: Dialect, query: Mapping[str, Sequence[str]]) -> InvalidRequest | None:
    """Give the error for an `api-version` that the dialect does not have, `None` for one that it has."""
    given = query.get("api-version", [])
    if dialect is Dialect.AZURE and not (given and _DATED.fullmatch(given[-1])):
        found = f"is {given[-1][:50]!r}" if given else "is missing"
        return _error(f"The query parameter 'api-version' {found}. Use a date, such as api-version=2024-10-21.")
    if dialect is Dialect.AZURE_UNVERSIONED and given and given[-1] not in _UNDATED:
        return _error(
            f"The query parameter 'api-version' is {given[-1][:50]!r}, and paths below /openai/v1 have no dated "
            "versions. Leave it out; the AzureOpenAI client's address is the one without /openai/v1."
        )
    return None


def _error(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="invalid_api_version", param="api-version")
