"""A completion as server-sent events, while it is written."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from tuneport.api.answer_notes import AnswerNotes
from tuneport.api.chat.translate import chunk_choice, usage_object
from tuneport.api.chat.wire import ChunkChoice, ChunkObject, UsageObject
from tuneport.api.errors import stream_error_body
from tuneport.api.server_events import DONE, server_event
from tuneport.workspace import ChoiceDelta, StartedChat, Usage, total_usage


class ChunkStream:
    """The events of one completion."""

    def __init__(
        self, chat: StartedChat, *, with_usage: bool, notes: AnswerNotes | None = None, uses_functions: bool = False
    ) -> None:
        """`uses_functions`: calls are told in OpenAI's older words."""
        self._chat = chat
        self._uses_functions = uses_functions
        self._untold_notes = notes
        self._with_usage = with_usage

    def events(self, deltas: Iterator[ChoiceDelta]) -> Generator[bytes]:
        """Give a chunk for each delta, then the usage if it was asked for; an error ends the stream as an event."""
        usages: dict[int, Usage] = {}
        begun: set[int] = set()
        try:
            for each in deltas:
                is_first = each.index not in begun
                chunk = chunk_choice(each.index, each.delta, is_first=is_first, uses_functions=self._uses_functions)
                yield self._event([chunk])
                begun.add(each.index)
                if each.delta.usage is not None:
                    usages[each.index] = each.delta.usage
            if self._with_usage:
                in_order = [usages[index] for index in sorted(usages)]
                yield self._event([], usage_object(total_usage(in_order, n=len(in_order))))
        except Exception as error:
            yield server_event(stream_error_body(error))
        yield DONE

    def _event(self, choices: list[ChunkChoice], usage: UsageObject | None = None) -> bytes:
        chat = self._chat
        notes, self._untold_notes = self._untold_notes, None
        chunk = ChunkObject(
            id=chat.id, created=chat.created_at, model=chat.model, choices=choices, usage=usage, tuneport=notes
        )
        return server_event(chunk.model_dump(exclude=None if self._with_usage else {"usage"}))
