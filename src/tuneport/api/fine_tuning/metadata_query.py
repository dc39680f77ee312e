"""The filter of job lists: `metadata[key]=value`, or `metadata=null`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from tuneport.core import InvalidRequest
from tuneport.workspace import Job, Page, PageRequest

_KEY = re.compile(r"metadata\[(.+)\]", re.DOTALL)
_PATH_BREAKERS = re.compile(r'["\\\0]')
_SCAN_JOBS = 100


def asks_for_no_metadata(query: Mapping[str, str]) -> bool:
    """Say whether only jobs without metadata are wanted. Raises `InvalidRequest` for `metadata=` anything but null."""
    value = query.get("metadata")
    if value in (None, "null"):
        return value is not None
    raise InvalidRequest(
        f"'metadata' is {value!r}. Use metadata[KEY]=VALUE, or metadata=null for jobs without metadata.",
        code="invalid_value",
        param="metadata",
    )


def wanted_metadata(query: Mapping[str, str]) -> dict[str, str]:
    """Give key → value. Raises `InvalidRequest` for a key that cannot be looked for."""
    wanted = {match[1]: value for name, value in query.items() if (match := _KEY.fullmatch(name))}
    for key in wanted:
        # The database looks keys up by a quoted path, which such a key would leave.
        if _PATH_BREAKERS.search(key):
            raise InvalidRequest(
                f"'metadata' has the key {key!r}. Lists can be filtered by keys without quotation marks, "
                "backslashes and NUL; filter by another key.",
                code="invalid_value",
                param="metadata",
            )
    return wanted


def jobs_without_metadata(list_jobs: Callable[[PageRequest], Page[Job]], page: PageRequest) -> Page[Job]:
    """Give the page of the list that has only such jobs."""
    found: list[Job] = []
    part = replace(page, limit=_SCAN_JOBS)
    while True:
        seen = list_jobs(part)
        found += [job for job in seen.items if not job.metadata]
        if not seen.has_more or len(found) > page.limit:
            return Page(tuple(found[: page.limit]), has_more=len(found) > page.limit)
        part = replace(part, after=seen.items[-1].id)
