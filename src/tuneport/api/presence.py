"""Answers that are made only as long as somebody waits for them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from tuneport.core import Check

T = TypeVar("T")


async def while_present(request: Request, make: Callable[[Check], T]) -> T:
    """Give what `make` makes in a thread. The function that it gets raises `ClientDisconnect` once the client has left.

    A request with an Idempotency-Key is answered to its end: who lost the line sends it again, and gets the answer.
    """
    has_left = threading.Event()

    def check() -> None:
        if has_left.is_set():
            raise ClientDisconnect

    if "idempotency-key" in request.headers:
        return await run_in_threadpool(make, check)
    watching = asyncio.create_task(_watch(request, has_left))
    try:
        return await run_in_threadpool(make, check)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(request: Request, has_left: threading.Event) -> None:
    # The body has been read: all that can come yet is that the client has left.
    while (await request.receive())["type"] != "http.disconnect":
        pass
    has_left.set()
