"""The routes of responses."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from tuneport.api.json_route import JsonRoute
from tuneport.api.page_query import ItemsQuery
from tuneport.api.presence import while_present
from tuneport.api.project_dependency import ProjectDependency
from tuneport.api.responses.answer import replayed_events, response, response_events
from tuneport.api.responses.objects import DeletedResponse, ItemList, ResponseObject
from tuneport.api.responses.translate import item_list, response_object
from tuneport.api.responses.wire import ResponseCreateRequest
from tuneport.api.server_events import EventStream
from tuneport.core import InvalidRequest

EventNumber = Annotated[int, Query(ge=0, le=2**31 - 1)]

router = APIRouter(prefix="/v1/responses", tags=["responses"], route_class=JsonRoute)


@router.post("", response_model=ResponseObject)
async def create_response(
    request: Request, project: ProjectDependency, body: ResponseCreateRequest
) -> Response | ResponseObject:
    if body.stream:
        return EventStream(await while_present(request, partial(response_events, project, body)))
    return await while_present(request, partial(response, project, body))


@router.get("/{response_id}", response_model=ResponseObject)
def retrieve_response(
    project: ProjectDependency, response_id: str, stream: bool = False, starting_after: EventNumber | None = None
) -> Response | ResponseObject:
    """Give a stored response; `stream` tells its events again, from the one after `starting_after`."""
    if stream:
        return EventStream(replayed_events(project, response_id, after=starting_after))
    if starting_after is not None:
        raise InvalidRequest(
            f"'starting_after' is {starting_after}, and 'stream' is not true: only events can be given from one on. "
            "Send 'stream=true' with it, or leave it out.",
            code="invalid_value",
            param="starting_after",
        )
    return response_object(project.responses.find(response_id))


@router.delete("/{response_id}")
def delete_response(project: ProjectDependency, response_id: str) -> DeletedResponse:
    project.responses.delete(response_id)
    return DeletedResponse(id=response_id)


@router.post("/{response_id}/cancel")
def cancel_response(project: ProjectDependency, response_id: str) -> ResponseObject:
    """End a response that runs in the background; none does here, so this says why not."""
    return response_object(project.responses.cancel(response_id))


@router.get("/{response_id}/input_items")
def list_input_items(project: ProjectDependency, response_id: str, page: ItemsQuery) -> ItemList:
    """List the conversation before the answer."""
    return item_list(project.responses.input_items(response_id, page))
