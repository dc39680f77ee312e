"""Many calls that wait for an engine, some at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

TICK_SECONDS = 0.5


def side_by_side(
    call: Callable[[Item], Result], items: Iterable[Item], *, at_once: int, is_over: Callable[[], bool]
) -> Generator[list[tuple[Item, Result]]]:
    """Call with each item, `at_once` of them at a time, and give results in groups as they come.

    A group is empty where nothing came for half a second. Once `is_over`, no more items are taken, and what is under
    way is still given.
    """
    waiting: dict[Future[Result], Item] = {}
    with ThreadPoolExecutor(at_once) as pool:
        for item in items:
            if is_over():
                break
            waiting[pool.submit(call, item)] = item
            while len(waiting) >= at_once:
                yield _finished(waiting)
        while waiting:
            yield _finished(waiting)


def _finished(waiting: dict[Future[Result], Item]) -> list[tuple[Item, Result]]:
    done, _ = wait(waiting, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
    return [(waiting.pop(future), future.result()) for future in done]
