"""Between batches of the workspace and batches on the wire."""

from __future__ import annotations

from dataclasses import asdict

from tuneport.api.batches.wire import (
    BatchErrorObject,
    BatchErrors,
    BatchList,
    BatchObject,
    BatchUsageObject,
    CreateBatchRequest,
    InputDetails,
    OutputDetails,
    RequestCounts,
)
from tuneport.api.page_query import page_ends
from tuneport.workspace import Batch, BatchProblem, BatchRequest, BatchStatus, BatchUsage, Page


def batch_request(body: CreateBatchRequest) -> BatchRequest:
    return BatchRequest(
        input_file_id=body.input_file_id,
        endpoint=body.endpoint,
        completion_window=body.completion_window,
        metadata=body.metadata or {},
        output_lifetime_seconds=body.output_expires_after.seconds if body.output_expires_after else None,
    )


def batch_object(batch: Batch) -> BatchObject:
    """Give the batch in OpenAI's words."""
    return BatchObject(
        id=batch.id,
        endpoint=batch.endpoint,
        model=batch.model,
        errors=_errors_object(batch.problems),
        input_file_id=batch.input_file_id,
        completion_window=batch.completion_window,
        status=batch.status,
        output_file_id=batch.output_file_id,
        error_file_id=batch.error_file_id,
        created_at=batch.created_at,
        expires_at=batch.expires_at,
        in_progress_at=batch.times.get(BatchStatus.IN_PROGRESS),
        finalizing_at=batch.times.get(BatchStatus.FINALIZING),
        completed_at=batch.times.get(BatchStatus.COMPLETED),
        failed_at=batch.times.get(BatchStatus.FAILED),
        expired_at=batch.times.get(BatchStatus.EXPIRED),
        cancelling_at=batch.times.get(BatchStatus.CANCELLING),
        cancelled_at=batch.times.get(BatchStatus.CANCELLED),
        request_counts=RequestCounts(total=batch.n_total, completed=batch.n_completed, failed=batch.n_failed),
        usage=_usage_object(batch.usage) if batch.usage else None,
        metadata=batch.metadata or None,
    )


def batch_list(page: Page[Batch]) -> BatchList:
    first_id, last_id = page_ends(page, lambda batch: batch.id)
    return BatchList(
        data=[batch_object(batch) for batch in page.items],
        first_id=first_id,
        last_id=last_id,
        has_more=page.has_more,
    )


def _errors_object(problems: tuple[BatchProblem, ...]) -> BatchErrors | None:
    return BatchErrors(data=[BatchErrorObject(**asdict(problem)) for problem in problems]) if problems else None


def _usage_object(usage: BatchUsage) -> BatchUsageObject:
    return BatchUsageObject(
        input_tokens=usage.input_tokens,
        input_tokens_details=InputDetails(cached_tokens=usage.cached_tokens),
        output_tokens=usage.output_tokens,
        output_tokens_details=OutputDetails(),
        total_tokens=usage.input_tokens + usage.output_tokens,
    )
