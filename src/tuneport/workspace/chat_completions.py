"""Chat completions: answered, and kept where that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tuneport.core import Check, Clock, go_on, new_id
from tuneport.store import Database, Page
from tuneport.workspace.chat import ChatCompletion, ChatOrder, ChoiceDelta, StartedChat
from tuneport.workspace.choices import choices_of, collect_answers
from tuneport.workspace.models import Models
from tuneport.workspace.paging import PageRequest, cut_page
from tuneport.workspace.stored_answers import StoredCompletions

if TYPE_CHECKING:
    from tuneport.data import Message
    from tuneport.workspace.completions import Completions


@dataclass(frozen=True)
class StoredMessage:
    id: str
    message: Message


class ChatCompletions:
    def __init__(
        self, database: Database, clock: Clock, models: Models, completions: Callable[[], Completions]
    ) -> None:
        """`completions` gives who answers; it is called with the first question only."""
        self._clock = clock
        self._models = models
        self._completions = completions
        self.stored = StoredCompletions(database)

    def create(self, order: ChatOrder, check: Check = go_on) -> ChatCompletion:
        """Give the whole answers; what `check` raises cancels them. Raises as `Completions.stream` does, too."""
        completion = self._begin(order)
        completion = replace(completion, answers=collect_answers(self._deltas(order, check), order.n))
        if order.store:
            self.stored.keep(completion)
        return completion

    def stream(self, order: ChatOrder, check: Check = go_on) -> StartedChat:
        """Give the answers as they come. Raises as `Completions.stream` does."""
        completion = self._begin(order)
        deltas = self._deltas(order, check)
        if order.store:
            deltas = self._kept_at_its_end(deltas, completion, order.n)
        return StartedChat(completion.id, completion.created_at, completion.model, deltas)

    def messages(self, completion_id: str, page: PageRequest) -> Page[StoredMessage]:
        """Give the question of a kept completion, message by message. Raises `NotFound`."""
        messages = self.stored.find(completion_id).request.messages
        stored = [StoredMessage(f"{completion_id}-{index}", message) for index, message in enumerate(messages)]
        return cut_page(stored, page, lambda message: message.id)

    def _begin(self, order: ChatOrder) -> ChatCompletion:
        model = self._models.find(order.request.model).name
        return ChatCompletion(new_id("chatcmpl-"), self._clock.now(), model, order.request, (), order.metadata)

    def _deltas(self, order: ChatOrder, check: Check) -> Generator[ChoiceDelta]:
        return self._completions().stream_all(choices_of(order.request, order.n), check)

    def _kept_at_its_end(
        self, deltas: Generator[ChoiceDelta], completion: ChatCompletion, n: int
    ) -> Generator[ChoiceDelta]:
        seen: list[ChoiceDelta] = []
        n_open = n
        with closing(deltas):
            for delta in deltas:
                seen.append(delta)
                n_open -= delta.delta.finish_reason is not None
                # Kept before the end is told: who has seen the end may ask for it at once.
                if n_open == 0:
                    self.stored.keep(replace(completion, answers=collect_answers(seen, n)))
                yield delta
