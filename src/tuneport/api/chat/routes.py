"""The routes of chat completions, and of those that were stored."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tuneport.api.chat.answer import chat_completion, chat_completion_events
from tuneport.api.chat.translate import message_list, stored_list, stored_object
from tuneport.api.chat.wire import (
    ChangeCompletionRequest,
    CompletionObject,
    CompletionRequest,
    DeletedCompletion,
    StoredCompletionList,
    StoredCompletionObject,
    StoredMessageList,
)
from tuneport.api.json_route import JsonRoute
from tuneport.api.metadata_query import wanted_metadata
from tuneport.api.page_query import OldestFirstQuery
from tuneport.api.presence import while_present
from tuneport.api.project_dependency import ProjectDependency
from tuneport.api.server_events import EventStream

router = APIRouter(prefix="/v1/chat/completions", tags=["chat"], route_class=JsonRoute)


@router.post("", response_model=CompletionObject)
async def create_completion(
    request: Request, project: ProjectDependency, body: CompletionRequest
) -> Response | CompletionObject:
    if body.stream:
        return EventStream(await while_present(request, partial(chat_completion_events, project, body)))
    return await while_present(request, partial(chat_completion, project, body))


@router.get("")
def list_completions(
    request: Request, project: ProjectDependency, page: OldestFirstQuery, model: str | None = None
) -> StoredCompletionList:
    """List stored completions; `metadata[key]=value` gives those that carry it."""
    metadata = wanted_metadata(request.query_params)
    return stored_list(project.chats.stored.list(page, model=model, metadata=metadata))


@router.get("/{completion_id}")
def retrieve_completion(project: ProjectDependency, completion_id: str) -> StoredCompletionObject:
    return stored_object(project.chats.stored.find(completion_id))


@router.get("/{completion_id}/messages")
def list_messages(project: ProjectDependency, completion_id: str, page: OldestFirstQuery) -> StoredMessageList:
    """List the messages that were sent."""
    return message_list(project.chats.messages(completion_id, page))


@router.post("/{completion_id}")
def change_completion(
    project: ProjectDependency, completion_id: str, body: ChangeCompletionRequest
) -> StoredCompletionObject:
    """Replace the metadata of a stored completion."""
    return stored_object(project.chats.stored.change_metadata(completion_id, body.metadata))


@router.delete("/{completion_id}")
def delete_completion(project: ProjectDependency, completion_id: str) -> DeletedCompletion:
    project.chats.stored.delete(completion_id)
    return DeletedCompletion(id=completion_id)
