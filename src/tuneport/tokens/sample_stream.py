"""The rows of a file as samples, some at a time: files may be larger than memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

from tuneport.data import AnyExample, Example, PreferenceExample, TextExample
from tuneport.tokens.chat_template import Piece
from tuneport.tokens.renderer import Renderer, TokenizedRow
from tuneport.tokens.sample import Sample
from tuneport.tokens.two_steps import TwoSteps

CHARACTERS_AT_ONCE = 2**17
_AHEAD = 3
_THREADS = 2
"""While one waits for the interpreter to take the next rows, the other is in the tokenizer, which uses all cores."""

Chunk = list[tuple[AnyExample, Sample]]


def tokenize_stream(examples: Iterable[AnyExample], renderer: Renderer) -> Iterator[Chunk]:
    """Give the samples in order, none of their rows cut, while the next ones are read and tokenized.

    Raises `InvalidRequest` where the model's template or tokens do not fit a row.
    """
    waiting: deque[Callable[[], Chunk]] = deque()
    with ThreadPoolExecutor(_THREADS, "tokenizer") as pool:
        for rows in _in_chunks(examples, renderer):
            waiting.append(rows.start(pool))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


def _in_chunks(examples: Iterable[AnyExample], renderer: Renderer) -> Iterator[_Rows]:
    rows = _Rows(renderer)
    for example in examples:
        rows.add(example)
        if rows.n_characters >= CHARACTERS_AT_ONCE:
            yield rows
            rows = _Rows(renderer)
    if rows.n_rows:
        yield rows


class _Rows:
    """Rows that are tokenized together, of one kind as those of a file are."""

    def __init__(self, renderer: Renderer) -> None:
        self.n_characters = 0
        self._renderer = renderer
        self._examples: list[AnyExample] = []
        self._chats: list[Example] = []
        self._pieces_of_chats: list[list[Piece]] = []

    @property
    def n_rows(self) -> int:
        return len(self._examples)

    def add(self, example: AnyExample) -> None:
        self._examples.append(example)
        if isinstance(example, TextExample):
            self.n_characters += len(example.prompt) + len(example.completion)
        elif isinstance(example, PreferenceExample):
            self._add_chat(example.preferred)
            self._add_chat(example.non_preferred)
        else:
            self._add_chat(example)

    def start(self, pool: Executor) -> Callable[[], Chunk]:
        """Start what another thread can do; what is given waits for it and does the rest."""
        work = self._begin()
        encoded = pool.submit(work.encode)

        def finish() -> Chunk:
            rows = iter(work.finish(encoded.result()))
            return [
                (example, Sample((next(rows), next(rows)) if isinstance(example, PreferenceExample) else (next(rows),)))
                for example in self._examples
            ]

        return finish

    def _add_chat(self, chat: Example) -> None:
        pieces = self._renderer.render(chat)
        self._chats.append(chat)
        self._pieces_of_chats.append(pieces)
        self.n_characters += sum([len(piece.text) for piece in pieces])

    def _begin(self) -> TwoSteps[list[TokenizedRow]]:
        if self._chats:
            return self._renderer.begin_examples(self._chats, self._pieces_of_chats)
        return self._renderer.begin_texts([example for example in self._examples if isinstance(example, TextExample)])
