"""The rows of a file as samples, a few hundred at a time: files may be larger than memory."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from tuneport.data import AnyExample, Example, PreferenceExample, TextExample
from tuneport.tokens.renderer import Renderer, TokenizedRow
from tuneport.tokens.sample import Sample

ROWS_AT_ONCE = 256
CHARACTERS_AT_ONCE = 2**20
_AHEAD = 2

Chunk = list[tuple[AnyExample, Sample]]


def tokenize_stream(examples: Iterable[AnyExample], renderer: Renderer) -> Iterator[Chunk]:
    """Give the samples in order, none of their rows cut, while the next ones are read and tokenized.

    Raises `InvalidRequest` where the model's template or tokens do not fit a row.
    """
    # The tokenizer lets go of the interpreter: while one chunk is in it, the next is read, checked and rendered.
    waiting: deque[Future[Chunk]] = deque()
    with ThreadPoolExecutor(_AHEAD, "tokenizer") as pool:
        for some in _in_chunks(examples):
            waiting.append(pool.submit(_tokenize, some, renderer))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


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


def _tokenize(examples: Sequence[AnyExample], renderer: Renderer) -> Chunk:
    rows = iter(_tokenize_chats([chat for example in examples for chat in _chats(example)], renderer))
    return [(example, Sample(tuple(_rows_of(example, rows, renderer)))) for example in examples]


def _tokenize_chats(chats: Sequence[Example], renderer: Renderer) -> list[TokenizedRow]:
    return renderer.tokenize_whole_examples(chats) if chats else []


def _rows_of(example: AnyExample, rows: Iterator[TokenizedRow], renderer: Renderer) -> Iterator[TokenizedRow]:
    if isinstance(example, TextExample):
        yield renderer.tokenize_text(example, longest_row_tokens=sys.maxsize)
    else:
        yield from (next(rows) for _ in _chats(example))


def _chats(example: AnyExample) -> tuple[Example, ...]:
    if isinstance(example, PreferenceExample):
        return example.preferred, example.non_preferred
    return () if isinstance(example, TextExample) else (example,)


def _n_characters(example: AnyExample) -> int:
    if isinstance(example, TextExample):
        return len(example.prompt) + len(example.completion)
    return sum(len(message.content or "") for chat in _chats(example) for message in chat.messages)
