"""A completion as server-sent events, while it is written."""

from __future__ import annotations

from collections.abc import Iterator

from tuneport.api.chat.translate import chunk_choice, usage_object
from tuneport.api.chat.wire import ChunkChoice, ChunkObject, UsageObject
from tuneport.api.errors import stream_error_body
from tuneport.api.server_events import DONE, server_event
from tuneport.workspace import ChatDelta


class ChunkStream:
    """The events of one completion."""

    def __init__(self, completion_id: str, created: int, model: str, *, with_usage: bool) -> None:
        self._id = completion_id
        self._created = created
        self._model = model
        self._with_usage = with_usage

    def events(self, deltas: Iterator[ChatDelta]) -> Iterator[bytes]:
        """Give a chunk for each delta, then the usage if it was asked for; an error ends the stream as an event."""
        is_first = True
        try:
            for delta in deltas:
                yield self._event([chunk_choice(delta, is_first=is_first)])
                is_first = False
                if delta.usage is not None and self._with_usage:
                    yield self._event([], usage_object(delta.usage))
        except Exception as error:
            yield server_event(stream_error_body(error))
        yield DONE

    def _event(self, choices: list[ChunkChoice], usage: UsageObject | None = None) -> bytes:
        chunk = ChunkObject(id=self._id, created=self._created, model=self._model, choices=choices, usage=usage)
        return server_event(chunk.model_dump(exclude=None if self._with_usage else {"usage"}))
