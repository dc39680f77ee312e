"""The rows of a file as samples, a few hundred at a time: files may be larger than memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import chain

from tuneport.data import AnyExample, Example, PreferenceExample, TextExample
from tuneport.tokens.renderer import Renderer, TokenizedRow
from tuneport.tokens.sample import Sample
from tuneport.tokens.two_steps import TwoSteps

ROWS_AT_ONCE = 1024
CHARACTERS_AT_ONCE = 2**18
_AHEAD = 2

Chunk = list[tuple[AnyExample, Sample]]


def tokenize_stream(examples: Iterable[AnyExample], renderer: Renderer) -> Iterator[Chunk]:
    """Give the samples in order, none of their rows cut, while the next ones are read and tokenized.

    Raises `InvalidRequest` where the model's template or tokens do not fit a row.
    """
    waiting: deque[Callable[[], Chunk]] = deque()
    with ThreadPoolExecutor(1, "tokenizer") as pool:
        for some in _in_chunks(examples):
            waiting.append(_start(some, renderer, pool))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


def _in_chunks(examples: Iterable[AnyExample]) -> Iterator[list[AnyExample]]:
    chunk: list[AnyExample] = []
    n_characters = 0
    for example in examples:
        chunk.append(example)
        n_characters += _n_characters(example)
        if len(chunk) == ROWS_AT_ONCE or n_characters >= CHARACTERS_AT_ONCE:
            yield chunk
            chunk, n_characters = [], 0
    if chunk:
        yield chunk


def _start(examples: Sequence[AnyExample], renderer: Renderer, pool: Executor) -> Callable[[], Chunk]:
    """Start what another thread can do for the rows; what is given waits for it and does the rest."""
    work = _begin(examples, renderer)
    encoded = pool.submit(work.encode)

    def finish() -> Chunk:
        rows = iter(work.finish(encoded.result()))
        return [(example, Sample(tuple([next(rows) for _ in range(_n_rows(example))]))) for example in examples]

    return finish


def _begin(examples: Sequence[AnyExample], renderer: Renderer) -> TwoSteps[list[TokenizedRow]]:
    texts = [example for example in examples if isinstance(example, TextExample)]
    # A file is wholly of one kind.
    return renderer.begin_texts(texts) if texts else renderer.begin_examples([*chain(*map(_chats, examples))])


def _chats(example: AnyExample) -> tuple[Example, ...]:
    if isinstance(example, PreferenceExample):
        return example.preferred, example.non_preferred
    return () if isinstance(example, TextExample) else (example,)


def _n_rows(example: AnyExample) -> int:
    return 2 if isinstance(example, PreferenceExample) else 1


def _n_characters(example: AnyExample) -> int:
    if isinstance(example, TextExample):
        return len(example.prompt) + len(example.completion)
    return sum([len(message.content or "") for chat in _chats(example) for message in chat.messages])
