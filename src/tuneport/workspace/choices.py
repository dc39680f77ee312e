"""Several answers at once: to one question, or to several."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from tuneport.core import Check
from tuneport.data import ToolCall
from tuneport.tokens import CallPiece
from tuneport.workspace.chat import ChatAnswer, ChatDelta, ChatRequest, ChoiceDelta, TextRequest, Usage

Request = TypeVar("Request", ChatRequest, TextRequest)
Deltas = Generator[ChatDelta]

MAX_AT_ONCE = 16
"""Answers of one request that are written at the same time; the others wait, so that it can't fill the engine."""


def choices_of(request: Request, n: int) -> list[Request]:
    """Give the request `n` times. The first keeps its seed, the others get seeds that follow from it."""
    return [replace(request, seed=_seed_of_choice(request.seed, index)) for index in range(n)]


def _seed_of_choice(seed: int | None, index: int) -> int | None:
    if seed is None or index == 0:
        return seed
    digest = hashlib.sha256(f"{seed}:{index}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1


class _AnswersLeft(Exception):
    """Nobody reads the answers any more."""


def until_left(check: Check, is_left: threading.Event) -> Check:
    """Give a check that raises as `check` does, and once `is_left` is set."""

    def check_both() -> None:
        check()
        if is_left.is_set():
            raise _AnswersLeft

    return check_both


def answer_together(streams: Sequence[Deltas], is_left: threading.Event | None = None) -> Generator[ChoiceDelta]:
    """Give the deltas of all answers as they come; closing the iterator cancels them all.

    `is_left`: set once that happens, for streams that look at it while they wait for a delta (`until_left`).
    """
    if len(streams) == 1:
        with closing(streams[0]) as deltas:
            for delta in deltas:
                yield ChoiceDelta(0, delta)
        return
    came: queue.SimpleQueue[ChoiceDelta | Exception | None] = queue.SimpleQueue()
    is_left = is_left or threading.Event()
    pool = ThreadPoolExecutor(MAX_AT_ONCE, thread_name_prefix="choices")
    try:
        for index, stream in enumerate(streams):
            pool.submit(_hand_over, index, stream, came, is_left)
        yield from _until_all_are_over(came, len(streams))
    finally:
        is_left.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _hand_over(
    index: int,
    stream: Deltas,
    came: queue.SimpleQueue[ChoiceDelta | Exception | None],
    is_left: threading.Event,
) -> None:
    """Put each delta, then `None`, or the error that the reader raises."""
    try:
        with closing(stream) as deltas:
            for delta in deltas:
                if is_left.is_set():
                    return
                came.put(ChoiceDelta(index, delta))
        came.put(None)
    except Exception as error:
        came.put(error)


def _until_all_are_over(
    came: queue.SimpleQueue[ChoiceDelta | Exception | None], n_streams: int
) -> Iterator[ChoiceDelta]:
    n_over = 0
    while n_over < n_streams:
        match came.get():
            case Exception() as error:
                raise error
            case ChoiceDelta() as delta:
                yield delta
            case None:
                n_over += 1


def collect_answers(deltas: Iterable[ChoiceDelta], n: int) -> tuple[ChatAnswer, ...]:
    """Give the whole answers, in order."""
    parts: list[list[ChatDelta]] = [[] for _ in range(n)]
    for each in deltas:
        parts[each.index].append(each.delta)
    return tuple(_join(answer) for answer in parts)


def _join(deltas: Sequence[ChatDelta]) -> ChatAnswer:
    content = "".join(delta.content for delta in deltas)
    tool_calls = _joined_calls(piece for delta in deltas for piece in delta.calls)
    last = deltas[-1]
    assert last.finish_reason is not None
    assert last.usage is not None
    chances = tuple(chance for delta in deltas for chance in delta.chances)
    content_or_none = content if content or not tool_calls else None
    return ChatAnswer(content_or_none, tool_calls, last.finish_reason, last.usage, chances)


def _joined_calls(pieces: Iterable[CallPiece]) -> tuple[ToolCall, ...]:
    calls: list[ToolCall] = []
    for piece in pieces:
        if piece.id is not None and piece.name is not None:
            calls.append(ToolCall(piece.id, piece.name, ""))
        calls[piece.index] = replace(calls[piece.index], arguments=calls[piece.index].arguments + piece.arguments)
    return tuple(calls)


def total_usage(usages: Sequence[Usage], *, n: int) -> Usage:
    """Give the tokens of a request with `n` answers to each prompt, of which these are all: a prompt counts once."""
    first_ones = usages[::n]
    return Usage(
        prompt_tokens=sum(usage.prompt_tokens for usage in first_ones),
        completion_tokens=sum(usage.completion_tokens for usage in usages),
        cached_tokens=sum(usage.cached_tokens for usage in first_ones),
    )
