"""The filter of job lists by `metadata=null`: those that carry none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tuneport.core import InvalidRequest
from tuneport.workspace import Job, Page, PageRequest

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
