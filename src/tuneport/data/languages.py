"""Which languages the text of a file is in, guessed on some of its rows."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from tuneport.data.example import AnyExample, Example, PreferenceExample, TextExample

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MOST_ROWS = 200
LONGEST_TEXT = 300
SHORTEST_TEXT = 20
"""Characters; of fewer nobody could tell the language."""
SURE = 0.9
"""A guess that is less sure counts as unknown."""


@dataclass(frozen=True)
class Languages:
    n_rows: int
    """Rows that were looked at, taken evenly over the file."""
    rows_by_language: dict[str, int]
    """ISO 639-1 code → rows, the most frequent first."""
    n_unknown: int
    """Rows with too little text, or where the guess is not sure."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class LanguageSample:
    """Texts of at most `MOST_ROWS` rows, each row of the file with the same chance to be among them."""

    def __init__(self) -> None:
        self._random = Random(0)
        # Reading its model takes half a second, most of it beside Python: it is there when the last row has come.
        self._identifier = _identifier()
        self._n_seen = 0
        self._texts: list[str] = []

    def add(self, example: AnyExample) -> None:
        self._n_seen += 1
        if len(self._texts) < MOST_ROWS:
            self._texts.append(_text(example))
        elif (place := self._random.randrange(self._n_seen)) < MOST_ROWS:
            self._texts[place] = _text(example)

    def guess(self) -> Languages:
        identifier = self._identifier.result()
        guesses = Counter(_guess(text, identifier) for text in self._texts)
        n_unknown = guesses.pop(None, 0)
        by_language = {language: count for language, count in guesses.most_common() if language is not None}
        return Languages(len(self._texts), by_language, n_unknown)


def _guess(text: str, identifier: LanguageIdentifier) -> str | None:
    if len(text) < SHORTEST_TEXT:
        return None
    language, probability = identifier.classify(text)
    return str(language) if probability >= SURE else None


@cache
def _identifier() -> Future[LanguageIdentifier]:
    with_one_thread = ThreadPoolExecutor(1, "languages")
    try:
        return with_one_thread.submit(_read_identifier)
    finally:
        with_one_thread.shutdown(wait=False)


def _read_identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _text(example: AnyExample) -> str:
    """Give what user and assistant say: instructions are often in another language than the talk."""
    if isinstance(example, TextExample):
        parts = [example.prompt, example.completion]
    else:
        chat = example.preferred if isinstance(example, PreferenceExample) else example
        parts = _said(chat)
    # White space is put right in a stretch that is long enough, not in a whole book.
    return " ".join(" ".join(parts)[: 4 * LONGEST_TEXT].split())[:LONGEST_TEXT]


def _said(chat: Example) -> list[str]:
    return [message.content or "" for message in chat.messages if message.role in {"user", "assistant"}]
