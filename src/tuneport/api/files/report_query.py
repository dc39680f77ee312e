"""What a report on a file is asked for, in the query of its address."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from tuneport.api.access import caller_of
from tuneport.workspace import ReportRequest


async def report_request(
    request: Request,
    parts: Annotated[str, Query(description="Names with commas between.")] = "check",
    method: str = "supervised",
    model: str | None = None,
    longest_row_tokens: Annotated[int | None, Query(ge=1)] = None,
    is_training_file: bool = True,
    validation_file: str | None = None,
    traffic_file: str | None = None,
    fetch_openai_tokenizer: bool = False,
    n_epochs: Annotated[int | None, Query(ge=1, le=50)] = None,
) -> ReportRequest:
    """Give what the address asks for. Raises `Forbidden` where fetching is not for this key."""
    caller = caller_of(request.scope)
    if fetch_openai_tokenizer and caller is not None:
        caller.require("admin", "To fetch OpenAI's tokenizer")
    return ReportRequest(
        parts=tuple(dict.fromkeys(part.strip() for part in parts.split(",") if part.strip())),
        method=method,
        model=model,
        longest_row_tokens=longest_row_tokens,
        is_training_file=is_training_file,
        validation_file=validation_file,
        traffic_file=traffic_file,
        n_epochs=n_epochs,
        fetches_encoding=fetch_openai_tokenizer,
    )


ReportQuery = Annotated[ReportRequest, Depends(report_request)]
