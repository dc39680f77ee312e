"""A request's body in, the answer's object or its events out: what every way to ask goes through."""

from __future__ import annotations

from collections.abc import Generator

from tuneport.api.answer_notes import notes_on
from tuneport.api.chat.stream import ChunkStream
from tuneport.api.chat.translate import chat_order, completion_object
from tuneport.api.chat.wire import CompletionObject, CompletionRequest
from tuneport.api.server_events import begun
from tuneport.core import Check, go_on
from tuneport.workspace import Project


def chat_completion(project: Project, body: CompletionRequest, check: Check = go_on) -> CompletionObject:
    """Give the whole answer, whatever `body.stream` says; what `check` raises cancels it."""
    return completion_object(project.chats.create(chat_order(body), check))


def chat_completion_events(project: Project, body: CompletionRequest, check: Check = go_on) -> Generator[bytes]:
    """Give the answer as server-sent events. What fails before the first word is raised, not an event."""
    order = chat_order(body)
    chat = project.chats.stream(order, check)
    with_usage = body.stream_options is not None and body.stream_options.include_usage
    stream = ChunkStream(
        chat,
        with_usage=with_usage,
        notes=notes_on(order.request.tools, order.request.form),
        uses_functions=order.request.uses_functions,
    )
    return stream.events(begun(chat.deltas))
