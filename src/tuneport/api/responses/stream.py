"""A response as server-sent events, while it is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from tuneport.api.errors import stream_error_body
from tuneport.api.responses.objects import OutputMessage, OutputText
from tuneport.api.responses.translate import call_object, output_item, response_object
from tuneport.api.server_events import server_event
from tuneport.workspace import CallItem, ChatDelta, Item, Response, StartedResponse, TextItem, text_item_id


class ResponseStream:
    """The events of one response. Text is told as it comes, a call at once."""

    def __init__(self, started: StartedResponse) -> None:
        self._started = started.response
        self._numbers = count()
        self._place = {"item_id": text_item_id(started.response.id), "output_index": 0, "content_index": 0}

    def events(self, parts: Iterator[ChatDelta | Response]) -> Iterator[bytes]:
        """Give the events; an error of ours ends them as one."""
        yield self._response_event("created", self._started)
        yield self._response_event("in_progress", self._started)
        has_text = False
        try:
            for part in parts:
                if isinstance(part, Response):
                    yield from self._end(part, has_text=has_text)
                elif part.content:
                    if not has_text:
                        yield from self._begin_text()
                    has_text = True
                    yield self._event("output_text.delta", **self._place, delta=part.content, logprobs=[])
        except Exception as error:
            problem = stream_error_body(error)["error"]
            yield self._event_of("error", code=problem["code"], message=problem["message"], param=problem["param"])

    def _begin_text(self) -> Iterator[bytes]:
        message = OutputMessage(id=text_item_id(self._started.id), status="in_progress", content=[])
        yield self._event("output_item.added", output_index=0, item=message.model_dump())
        yield self._event("content_part.added", **self._place, part=OutputText(text="").model_dump())

    def _end(self, response: Response, *, has_text: bool) -> Iterator[bytes]:
        for index, item in enumerate(response.output):
            match item:
                case TextItem():
                    if not has_text:
                        yield from self._begin_text()
                    yield from self._end_text(item)
                case CallItem():
                    yield from self._call(index, item)
        yield self._response_event(response.status, response)

    def _end_text(self, item: TextItem) -> Iterator[bytes]:
        yield self._event("output_text.done", **self._place, text=item.text, logprobs=[])
        yield self._event("content_part.done", **self._place, part=OutputText(text=item.text).model_dump())
        yield self._item_done(0, item)

    def _call(self, index: int, call: CallItem) -> Iterator[bytes]:
        place = {"item_id": call.id, "output_index": index}
        begun = call_object(call, "in_progress", "")
        yield self._event("output_item.added", output_index=index, item=begun.model_dump())
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
