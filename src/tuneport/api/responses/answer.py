"""A request's body in, the response's object or its events out: what every way to ask goes through."""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice

from tuneport.api.responses.objects import ResponseObject
from tuneport.api.responses.stream import ResponseStream
from tuneport.api.responses.translate import new_items, response_object, response_request
from tuneport.api.responses.wire import ResponseCreateRequest
from tuneport.api.server_events import begun
from tuneport.core import Check, go_on
from tuneport.workspace import Project


def response(project: Project, body: ResponseCreateRequest, check: Check = go_on) -> ResponseObject:
    """Give the whole response, whatever `body.stream` says; what `check` raises cancels it."""
    return response_object(project.responses.create(response_request(body), new_items(body), check))


def replayed_events(project: Project, response_id: str, *, after: int | None) -> Generator[bytes]:
    """Give the events of a stored response as when it was made, those with numbers above `after`. Raises `NotFound`."""
    stored = project.responses.replay(response_id)
    # Events are numbered from 0.
    first = 0 if after is None else after + 1
    return (event for event in islice(ResponseStream(stored).events(stored.parts), first, None))


def response_events(project: Project, body: ResponseCreateRequest, check: Check = go_on) -> Generator[bytes]:
    """Give the response as server-sent events. What fails before the first word is raised, not an event."""
    started = project.responses.stream(response_request(body), new_items(body), check)
    return ResponseStream(started).events(begun(started.parts))
