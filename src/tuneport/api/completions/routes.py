"""The route of completions of raw text."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tuneport.api.completions.answer import text_completion, text_completion_events
from tuneport.api.completions.wire import TextCompletionObject, TextCompletionRequest
from tuneport.api.json_route import JsonRoute
from tuneport.api.presence import while_present
from tuneport.api.project_dependency import ProjectDependency
from tuneport.api.server_events import EventStream

router = APIRouter(prefix="/v1/completions", tags=["completions"], route_class=JsonRoute)


@router.post("", response_model=TextCompletionObject)
async def create_text_completion(
    request: Request, project: ProjectDependency, body: TextCompletionRequest
) -> Response | TextCompletionObject:
    if body.stream:
        return EventStream(await while_present(request, partial(text_completion_events, project, body)))
    return await while_present(request, partial(text_completion, project, body))
