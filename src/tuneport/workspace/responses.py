"""Responses: conversations that the server remembers, answered turn by turn."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from tuneport.core import Check, Clock, EngineFailed, InvalidRequest, NotFound, go_on, new_id
from tuneport.data import Message
from tuneport.store import Database, Page
from tuneport.workspace.chat import MAY_CALL, ChatDelta, ChatRequest, ChoiceDelta
from tuneport.workspace.choices import collect_answers
from tuneport.workspace.models import Models
from tuneport.workspace.paging import PageRequest, cut_page
from tuneport.workspace.response import Response, ResponseRequest, StartedResponse
from tuneport.workspace.response_items import Item, answer_items, messages_of
from tuneport.workspace.response_pieces import TextPiece, with_chances_of_text
from tuneport.workspace.stored_responses import StoredResponses

if TYPE_CHECKING:
    from tuneport.workspace.completions import Completions


class Responses:
    def __init__(
        self, database: Database, clock: Clock, models: Models, completions: Callable[[], Completions]
    ) -> None:
        """`completions` gives who answers; it is called with the first question only."""
        self._clock = clock
        self._models = models
        self._completions = completions
        self._stored = StoredResponses(database)

    def create(self, request: ResponseRequest, new_items: Sequence[Item], check: Check = go_on) -> Response:
        """Give the whole response; what `check` raises cancels it. Raises as `stream` does, too."""
        started = self._begin(request, new_items)
        deltas = [ChoiceDelta(0, delta) for delta in self._deltas(started, check)]
        return self._kept(self._finished(started, deltas))

    def stream(self, request: ResponseRequest, new_items: Sequence[Item], check: Check = go_on) -> StartedResponse:
        """Give the response as it comes; one whose engine fails in mid-answer ends as "failed".

        Raises `InvalidRequest` for a previous response that is not there, and as `Completions.stream` does; the first
        part may raise `EngineFailed`.
        """
        started = self._begin(request, new_items)
        return StartedResponse(started, self._parts(started, self._deltas(started, check)))

    def find(self, response_id: str) -> Response:
        """Give a stored response. Raises `NotFound`."""
        return self._stored.find(response_id)

    def replay(self, response_id: str) -> StartedResponse:
        """Give a stored response as it came when it was made. Raises `NotFound`."""
        response = self._stored.find(response_id)
        deltas = [ChatDelta(piece.text, chances=piece.chances) for piece in response.text_pieces]
        return StartedResponse(response.at_its_beginning(), iter((*deltas, response)))

    def delete(self, response_id: str) -> None:
        """Forget a stored response. Raises `NotFound`."""
        self._stored.delete(response_id)

    def cancel(self, response_id: str) -> Response:
        """Refuse: a response that can be found has ended. Raises `NotFound` or `InvalidRequest`."""
        response = self._stored.find(response_id)
        raise InvalidRequest(
            f"Response {response.id} is {response.status!r}. Only responses that run in the background can be "
            "cancelled, and this server runs none there; close the connection of a stream to end it.",
            code="response_not_cancellable",
            param="response_id",
        )

    def input_items(self, response_id: str, page: PageRequest) -> Page[Item]:
        """Give the conversation before the answer, item by item. Raises `NotFound`."""
        return cut_page(self._stored.find(response_id).input, page, lambda item: item.id)

    def _begin(self, request: ResponseRequest, new_items: Sequence[Item]) -> Response:
        items = (*self._conversation(request.previous_id), *new_items)
        if not items:
            raise InvalidRequest(
                "'input' is empty. Give a text, or items.", code="missing_required_parameter", param="input"
            )
        model = self._models.find(request.model).name
        return Response(new_id("resp_", length=48), self._clock.now(), None, model, "in_progress", request, items)

    def _conversation(self, previous_id: str | None) -> tuple[Item, ...]:
        if previous_id is None:
            return ()
        try:
            previous = self._stored.find(previous_id)
        except NotFound as error:
            raise InvalidRequest(
                f"Previous response with id {previous_id!r} not found. It must be stored, and of this project.",
                code="previous_response_not_found",
                param="previous_response_id",
            ) from error
        return (*previous.input, *previous.output)

    def _deltas(self, started: Response, check: Check) -> Generator[ChatDelta]:
        return with_chances_of_text(self._completions().stream(_chat_request(started), check))

    def _parts(self, started: Response, deltas: Generator[ChatDelta]) -> Generator[ChatDelta | Response]:
        seen: list[ChoiceDelta] = []
        try:
            with closing(deltas):
                for delta in deltas:
                    seen.append(ChoiceDelta(0, delta))
                    yield delta
        except EngineFailed as error:
            if not seen:
                raise
            failure = {"code": "server_error", "message": error.message}
            yield self._kept(replace(started, status="failed", error=failure, text_pieces=_text_pieces(seen)))
            return
        yield self._kept(self._finished(started, seen))

    def _finished(self, started: Response, deltas: Sequence[ChoiceDelta]) -> Response:
        (answer,) = collect_answers(deltas, 1)
        is_whole = answer.finish_reason != "length"
        return replace(
            started,
            status="completed" if is_whole else "incomplete",
            completed_at=self._clock.now() if is_whole else None,
            output=answer_items(started.id, answer),
            usage=answer.usage,
            text_pieces=_text_pieces(deltas),
        )

    def _kept(self, response: Response) -> Response:
        if response.request.store:
            self._stored.keep(response)
        return response


def _text_pieces(deltas: Sequence[ChoiceDelta]) -> tuple[TextPiece, ...]:
    return tuple(TextPiece(each.delta.content, each.delta.chances) for each in deltas if each.delta.content)


def _chat_request(response: Response) -> ChatRequest:
    request = response.request
    instructions = [Message("system", request.instructions)] if request.instructions else []
    return ChatRequest(
        model=request.model,
        messages=(*instructions, *messages_of(response.input)),
        tools=() if request.tool_choice is None else request.tools,
        tool_choice=request.tool_choice or MAY_CALL,
        form=request.form,
        parallel_tool_calls=request.parallel_tool_calls,
        max_tokens=request.max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        n_logprobs=request.n_logprobs,
    )
