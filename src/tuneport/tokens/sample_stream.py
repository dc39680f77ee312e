"""The rows of a file as samples, some at a time: files may be larger than memory."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

from tuneport.core import InvalidRequest
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


OnRefused = Callable[[int, str], object]


def tokenize_stream(
    examples: Iterable[AnyExample],
    renderer: Renderer,
    *,
    on_refused: OnRefused,
    longest_row_tokens: int = sys.maxsize,
) -> Iterator[Chunk]:
    """Give the samples in order, none of their rows cut, while the next ones are read and tokenized.

    `on_refused` is told line and reason of each row that the model's template refuses, and that is not given.
    `longest_row_tokens`: where answers need to be told from the rest no more. Raises `InvalidRequest` for a model
    whose tokens fit no row.
    """
    waiting: deque[Callable[[], Chunk]] = deque()
    with ThreadPoolExecutor(_THREADS, "tokenizer") as pool:
        for rows in _in_chunks(examples, lambda: _Rows(renderer, longest_row_tokens), on_refused):
            waiting.append(rows.start(pool))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


def _in_chunks(examples: Iterable[AnyExample], new_rows: Callable[[], _Rows], on_refused: OnRefused) -> Iterator[_Rows]:
    rows = new_rows()
    for example in examples:
        try:
            rows.add(example)
        except InvalidRequest as error:
            on_refused(_line_of(example), error.message)
        if rows.n_characters >= CHARACTERS_AT_ONCE:
            yield rows
            rows = new_rows()
    if rows.n_rows:
        yield rows


def _line_of(example: AnyExample) -> int:
    return (example.preferred if isinstance(example, PreferenceExample) else example).line


class _Rows:
    """Rows that are tokenized together, of one kind as those of a file are."""

    def __init__(self, renderer: Renderer, longest_row_tokens: int) -> None:
        self.n_characters = 0
        self._renderer = renderer
        self._longest_row_tokens = longest_row_tokens
        self._examples: list[AnyExample] = []
        self._chats: list[Example] = []
        self._pieces_of_chats: list[list[Piece]] = []

    @property
    def n_rows(self) -> int:
        return len(self._examples)

    def add(self, example: AnyExample) -> None:
        """Raises `InvalidRequest` for a row that the model's template refuses; then nothing is added."""
        if isinstance(example, TextExample):
            self.n_characters += len(example.prompt) + len(example.completion)
        elif isinstance(example, PreferenceExample):
            self._add_chats(example.preferred, example.non_preferred)
        else:
            self._add_chats(example)
        self._examples.append(example)

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

    def _add_chats(self, *chats: Example) -> None:
        rendered = [self._renderer.render(chat, longest_row_tokens=self._longest_row_tokens) for chat in chats]
        self._chats += chats
        self._pieces_of_chats += rendered
        self.n_characters += sum([len(piece.text) for pieces in rendered for piece in pieces])

    def _begin(self) -> TwoSteps[list[TokenizedRow]]:
        if self._chats:
            return self._renderer.begin_examples(self._chats, self._pieces_of_chats)
        return self._renderer.begin_texts([example for example in self._examples if isinstance(example, TextExample)])
