"""Many questions at once to one completer, again where an answer may still come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from tuneport.core import Check, EngineFailed, InvalidRequest
from tuneport.data import Message
from tuneport.evals.completer import TOO_LONG, Answer, Completer
from tuneport.evals.question import AnswerRoom, Question

REQUESTS_AT_ONCE = 64
"""So many that an engine can batch them."""
RETRY_PAUSES = (1.0, 5.0, 20.0, 60.0)
"""Seconds before an engine that was full is asked again."""
MAX_LOST = 3 * REQUESTS_AT_ONCE
"""After so many questions in a row that were lost to dying engines, it is asked whether it answers at all."""
CHECK_SECONDS = 0.25
_OF_THE_PROMPT = frozenset({TOO_LONG, "insufficient_memory"})
"""Codes of failures that say nothing of other questions; examples may make even a short one long."""
_WARM_UP = Question(0, (), (), Message("assistant", ""), prompt="1")

Outcome = Answer | EngineFailed | InvalidRequest
"""An answer, or why there is none."""


@dataclass(frozen=True)
class Patience:
    """Asks a completer; what `check` raises ends it, while it waits too."""

    completer: Completer
    check: Check
    sleep: Callable[[float], None]

    def ask(self, question: Question, room: AnswerRoom) -> Outcome:
        """Give the answer, or why there is none; asks an engine that is full again."""
        for pause in RETRY_PAUSES:
            outcome = self._ask_once(question, room)
            if not _is_of_code(outcome, "engine_busy"):
                return outcome
            self._wait(pause)
        return self._ask_once(question, room)

    def require_answering(self) -> None:
        """Raise what keeps it from answering anything."""
        outcome = self.ask(_WARM_UP, AnswerRoom(1, 1))
        if not isinstance(outcome, Answer) and outcome.code not in _OF_THE_PROMPT:
            raise outcome

    def _ask_once(self, question: Question, room: AnswerRoom) -> Outcome:
        self.check()
        try:
            return self.completer.complete(question, room, self.check)
        except (EngineFailed, InvalidRequest) as error:
            return error

    def _wait(self, seconds: float) -> None:
        for _ in range(round(seconds / CHECK_SECONDS)):
            self.check()
            self.sleep(CHECK_SECONDS)


def ask_all(
    patience: Patience, asked: Sequence[tuple[Question, AnswerRoom]], on_outcome: Callable[[], None]
) -> list[Outcome]:
    """Give what came of each question, in order. Raises what keeps the completer from answering anything any more."""
    outcomes: dict[int, Outcome] = {}
    n_lost = 0
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        try:
            indexes = {pool.submit(patience.ask, *each): index for index, each in enumerate(asked)}
            for future in as_completed(indexes):
                outcome = future.result()
                if _is_of_code(outcome, "engine_failed"):
                    n_lost += 1
                    if n_lost == MAX_LOST:
                        patience.require_answering()
                    continue
                n_lost = 0
                outcomes[indexes[future]] = outcome
                on_outcome()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    # An engine dies with all that it is asked. Alone, each question gets its answer but the one that it dies of.
    for index, each in enumerate(asked):
        if index not in outcomes:
            outcomes[index] = patience.ask(*each)
            if _is_of_code(outcomes[index], "engine_failed"):
                patience.require_answering()
            on_outcome()
    return [outcomes[index] for index in range(len(asked))]


def _is_of_code(outcome: Outcome, code: str) -> bool:
    return not isinstance(outcome, Answer) and outcome.code == code
