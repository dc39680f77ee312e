"""The route of chat completions."""

from __future__ import annotations

import time
from itertools import chain

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from tuneport.api.chat.stream import ChunkStream
from tuneport.api.chat.translate import chat_request, completion_object
from tuneport.api.chat.wire import CompletionObject, CompletionRequest
from tuneport.api.project_dependency import ProjectDependency
from tuneport.core import new_id

router = APIRouter(prefix="/v1/chat/completions", tags=["chat"])


@router.post("", response_model=CompletionObject)
def create_completion(project: ProjectDependency, body: CompletionRequest) -> Response | CompletionObject:
    model = project.models.find(body.model).name
    request = chat_request(body)
    completion_id, created = new_id("chatcmpl-"), int(time.time())
    if not body.stream:
        answer = project.completions.create(request)
        return completion_object(answer, completion_id=completion_id, created=created, model=model)
    deltas = project.completions.stream(request)
    # An engine that cannot answer shows with the first delta: the error then still has its own status.
    first = next(deltas)
    with_usage = body.stream_options is not None and body.stream_options.include_usage
    events = ChunkStream(completion_id, created, model, with_usage=with_usage).events(chain([first], deltas))
    return StreamingResponse(events, media_type="text/event-stream")
