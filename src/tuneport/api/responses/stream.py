"""A response as server-sent events, while it is written."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import count
from typing import Any

from tuneport.api.errors import stream_error_body
from tuneport.api.likely_tokens import chance_objects
from tuneport.api.responses.objects import OutputMessage, OutputText
from tuneport.api.responses.translate import call_object, output_item, response_object, text_part
from tuneport.api.server_events import server_event
from tuneport.workspace import (
    CallItem,
    CallPiece,
    ChatDelta,
    Item,
    Response,
    StartedResponse,
    TextItem,
    call_item_id,
    text_item_id,
)


class ResponseStream:
    """The events of one response, text and calls as they come."""

    def __init__(self, started: StartedResponse) -> None:
        self._started = started.response
        self._numbers = count()
        self._has_text = False
        self._begun_calls: set[str] = set()
        self._place = {"item_id": text_item_id(started.response.id), "output_index": 0, "content_index": 0}

    def events(self, parts: Iterator[ChatDelta | Response]) -> Generator[bytes]:
        """Give the events; an error of ours ends them as one."""
        yield self._response_event("created", self._started)
        yield self._response_event("in_progress", self._started)
        try:
            for part in parts:
                if isinstance(part, Response):
                    yield from self._end(part)
                else:
                    yield from self._tell(part)
        except Exception as error:
            problem = stream_error_body(error)["error"]
            yield self._event_of("error", code=problem["code"], message=problem["message"], param=problem["param"])

    def _tell(self, delta: ChatDelta) -> Iterator[bytes]:
        if delta.content:
            if not self._has_text:
                yield from self._begin_text()
            logprobs = [chance.model_dump() for chance in chance_objects(delta.chances)]
            yield self._event("output_text.delta", **self._place, delta=delta.content, logprobs=logprobs)
        for piece in delta.calls:
            yield from self._tell_call(piece)

    def _tell_call(self, piece: CallPiece) -> Iterator[bytes]:
        item_id, index = call_item_id(self._started.id, piece.index), piece.index + self._has_text
        if piece.id is not None and piece.name is not None:
            yield self._begin_call(index, CallItem(item_id, piece.id, piece.name, ""))
        if piece.arguments:
            place = {"item_id": item_id, "output_index": index}
            yield self._event("function_call_arguments.delta", **place, delta=piece.arguments)

    def _begin_call(self, index: int, call: CallItem) -> bytes:
        self._begun_calls.add(call.id)
        return self._event(
            "output_item.added", output_index=index, item=call_object(call, "in_progress", "").model_dump()
        )

    def _begin_text(self) -> Iterator[bytes]:
        self._has_text = True
        message = OutputMessage(id=text_item_id(self._started.id), status="in_progress", content=[])
        yield self._event("output_item.added", output_index=0, item=message.model_dump())
        yield self._event("content_part.added", **self._place, part=OutputText(text="").model_dump())

    def _end(self, response: Response) -> Iterator[bytes]:
        for index, item in enumerate(response.output):
            match item:
                case TextItem():
                    if not self._has_text:
                        yield from self._begin_text()
                    yield from self._end_text(item)
                case CallItem():
                    yield from self._end_call(index, item)
        yield self._response_event(response.status, response)

    def _end_text(self, item: TextItem) -> Iterator[bytes]:
        part = text_part(item).model_dump()
        yield self._event("output_text.done", **self._place, text=item.text, logprobs=part["logprobs"])
        yield self._event("content_part.done", **self._place, part=part)
        yield self._item_done(0, item)

    def _end_call(self, index: int, call: CallItem) -> Iterator[bytes]:
        place = {"item_id": call.id, "output_index": index}
        # One that was stored is told at once.
        if call.id not in self._begun_calls:
            yield self._begin_call(index, call)
            yield self._event("function_call_arguments.delta", **place, delta=call.arguments)
        yield self._event("function_call_arguments.done", **place, name=call.name, arguments=call.arguments)
        yield self._item_done(index, call)

    def _item_done(self, index: int, item: Item) -> bytes:
        return self._event("output_item.done", output_index=index, item=output_item(item).model_dump())

    def _response_event(self, name: str, response: Response) -> bytes:
        return self._event(name, response=response_object(response).model_dump())

    def _event(self, name: str, /, **data: Any) -> bytes:
        return self._event_of(f"response.{name}", **data)

    def _event_of(self, kind: str, /, **data: Any) -> bytes:
        return server_event({"type": kind, "sequence_number": next(self._numbers), **data}, name=kind)
