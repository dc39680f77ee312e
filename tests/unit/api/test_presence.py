"""Who has left is told to the work that is done for them, and only then."""

from __future__ import annotations

import asyncio
import threading

import pytest
from fastapi import Request
from starlette.requests import ClientDisconnect

from tuneport.api.presence import while_present


def request_of(has_left: asyncio.Event, headers=()):
    async def receive():
        await has_left.wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "method": "POST", "headers": list(headers)}, receive)


def ask(make, *, leaves: bool, headers=()):
    async def run():
        has_left = asyncio.Event()
        if leaves:
            has_left.set()
        return await asyncio.wait_for(while_present(request_of(has_left, headers), make), timeout=30)

    return asyncio.run(run())


def check_often(check):
    pause = threading.Event()
    for _ in range(50):
        check()
        pause.wait(0.01)
    return "made"


def test_work_for_a_client_that_has_left_ends():
    with pytest.raises(ClientDisconnect):
        ask(check_often, leaves=True)


def test_work_for_a_client_that_stays_is_done():
    assert ask(check_often, leaves=False) == "made"


def test_work_for_a_client_that_will_send_its_request_again_is_done():
    assert ask(check_often, leaves=True, headers=[(b"idempotency-key", b"one")]) == "made"


def test_an_error_of_the_work_is_the_error():
    def fail(check):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        ask(fail, leaves=False)
