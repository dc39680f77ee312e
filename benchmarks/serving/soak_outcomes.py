"""What came of each request of the soak, and what of it must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["whole", "streamed", "several", "cancelled", "bad"]
MOST_UNSIGNED = 0.005
"""Share of answers; a small model may now and then say something else than what it was taught."""
NOTICED_SECONDS = 2.0
"""A request that comes so soon after the engine was killed may meet a server that does not know it yet."""


@dataclass(frozen=True)
class Outcome:
    kind: Kind
    word: str | None
    """With which the model that was asked signs; `None` for the base model."""
    began: float
    ended: float = 0.0
    status: int | None = None
    """`None` where a stream broke off, or where nothing was reached."""
    due: int = 200
    code: str | None = None
    retry_after: float | None = None
    signatures: tuple[frozenset[str], ...] = ()
    """Of each answer, the words that are in it."""


@dataclass(frozen=True)
class Summary:
    answers: int
    cancelled: int
    refused: int
    """Bad requests that were answered as they must be."""
    wrong_adapter: int
    unsigned: int
    lost_to_kills: int
    full: int
    """Refused because the queue was full, with the time to come back."""
    unasked: Counter[str]
    """What else failed: kind, status and code → how often."""

    def problems(self) -> list[str]:
        """Give what must not be, in words."""
        found = [f"{count} times: {what}" for what, count in self.unasked.items()]
        if self.wrong_adapter:
            found.append(f"{self.wrong_adapter} answers carry the word of another model")
        if self.unsigned > MOST_UNSIGNED * self.answers:
            found.append(f"{self.unsigned} of {self.answers} answers are not signed")
        if not self.answers:
            found.append("nothing was answered")
        return found


def sum_up(outcomes: Sequence[Outcome], kills: Sequence[float]) -> Summary:
    """Give the counts. `kills`: when the engine was killed."""
    failed = [outcome for outcome in outcomes if outcome.status != outcome.due]
    full = [outcome for outcome in failed if _is_full(outcome)]
    lost = [outcome for outcome in failed if _is_lost(outcome, kills)]
    unasked = Counter(
        f"{outcome.kind}, status {outcome.status}, code {outcome.code}"
        for outcome in failed
        if outcome not in full and outcome not in lost
    )
    well = [outcome for outcome in outcomes if outcome.status == outcome.due]
    answers = [(outcome.word, words) for outcome in well for words in outcome.signatures if outcome.kind != "cancelled"]
    partial = [(outcome.word, words) for outcome in well for words in outcome.signatures if outcome.kind == "cancelled"]
    return Summary(
        answers=len(answers),
        cancelled=len(partial),
        refused=sum(outcome.kind == "bad" for outcome in well),
        wrong_adapter=sum(bool(words - {word}) for word, words in answers + partial),
        unsigned=sum(word is not None and word not in words for word, words in answers),
        lost_to_kills=len(lost),
        full=len(full),
        unasked=unasked,
    )


def _is_full(outcome: Outcome) -> bool:
    return outcome.status in (429, 503) and outcome.code == "engine_busy" and outcome.retry_after is not None


def _is_lost(outcome: Outcome, kills: Sequence[float]) -> bool:
    """Say whether the engine died under this request, and the answer says so in the documented way."""
    says_so = outcome.code == "engine_failed" and (outcome.status is None or outcome.retry_after is not None)
    return says_so and any(outcome.began - NOTICED_SECONDS < kill < outcome.ended for kill in kills)
