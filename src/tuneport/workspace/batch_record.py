"""A batch in our words, and as its row keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import NotFound
from tuneport.store import BatchRow
from tuneport.workspace.batch_status import BatchStatus


@dataclass(frozen=True)
class BatchRequest:
    input_file_id: str
    endpoint: str
    """Path of the route that answers every line: `/v1/chat/completions`, or as Azure spells it, `/chat/completions`."""
    completion_window: str = "24h"
    metadata: dict[str, str] = field(default_factory=dict)
    output_lifetime_seconds: int | None = None
    """After which the output files are removed; `None` keeps them."""


@dataclass(frozen=True)
class BatchUsage:
    input_tokens: int = 0
    cached_tokens: int = 0
    """Of `input_tokens`, those that were not computed again."""
    output_tokens: int = 0

    def __add__(self, other: BatchUsage) -> BatchUsage:
        return BatchUsage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True)
class BatchProblem:
    """Why an input file is refused."""

    code: str
    message: str
    param: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Batch:
    id: str
    project_id: str
    created_at: int
    expires_at: int
    status: BatchStatus
    endpoint: str
    input_file_id: str
    completion_window: str
    metadata: dict[str, str]
    output_lifetime_seconds: int | None
    model: str | None
    """What all of its requests ask; `None` where they differ, or are not checked yet."""
    times: dict[BatchStatus, int]
    """When it moved to each status that it has had, but for the first."""
    n_total: int
    n_completed: int
    n_failed: int
    usage: BatchUsage | None
    """`None` until it has ended."""
    problems: tuple[BatchProblem, ...]
    output_file_id: str | None
    error_file_id: str | None


def plain_endpoint(endpoint: str) -> str:
    """Give the endpoint in its shorter spelling, Azure's: without "/v1"."""
    return endpoint.removeprefix("/v1")


def batch_of(row: BatchRow) -> Batch:
    moments = {status: getattr(row, f"{status}_at") for status in BatchStatus if status != BatchStatus.VALIDATING}
    return Batch(
        id=row.id,
        project_id=row.project_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        status=BatchStatus(row.status),
        endpoint=row.endpoint,
        input_file_id=row.input_file_id,
        completion_window=row.completion_window,
        metadata=row.labels,
        output_lifetime_seconds=row.output_lifetime_seconds,
        model=row.model,
        times={status: at for status, at in moments.items() if at is not None},
        n_total=row.n_total,
        n_completed=row.n_completed,
        n_failed=row.n_failed,
        usage=BatchUsage(**row.usage) if row.usage else None,
        problems=_problems_of(row.errors),
        output_file_id=row.output_file_id,
        error_file_id=row.error_file_id,
    )


def _problems_of(records: list[Any] | None) -> tuple[BatchProblem, ...]:
    return tuple(BatchProblem(**record) for record in records or [])


def find_batch_row(session: Session, batch_id: str) -> BatchRow:
    """Give the row. Raises `NotFound`."""
    row = session.scalar(select(BatchRow).where(BatchRow.id == batch_id))
    if row is None:
        raise NotFound(
            f"No such batch: {batch_id!r}. List the batches to see those there.",
            code="batch_not_found",
            param="batch_id",
        )
    return row
