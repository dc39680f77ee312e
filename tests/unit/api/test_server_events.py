"""A stream of events ends its generator by itself, in whatever way the client goes."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
from starlette.requests import ClientDisconnect

from tuneport.api.server_events import EventStream, server_event


def test_an_event_is_one_line_to_every_client():
    data = {"text": "a\u2028b\u2029c\u0085d\x0be\x1cfé😀"}

    lines = server_event(data).decode().splitlines()

    assert lines[1:] == [""]
    assert json.loads(lines[0].removeprefix("data: ")) == data


class Events:
    """Events without an end, or as many as there are; `.is_closed` once their generator is."""

    def __init__(self, n_events=None):
        self.is_closed = False
        self._n_events = n_events

    def __iter__(self):
        try:
            n_made = 0
            while n_made != self._n_events:
                n_made += 1
                yield b"data: {}\n\n"
        finally:
            self.is_closed = True


class Client:
    """Takes a few messages, then goes: `leaves` by a message, as servers of older ASGI say it, or by an error."""

    def __init__(self, n_messages, *, leaves):
        self._n_left = n_messages
        self._leaves = leaves
        self._has_left = asyncio.Event()

    async def send(self, message):
        self._n_left -= 1
        if self._n_left <= 0:
            self._has_left.set()
            if self._leaves == "by an error":
                raise OSError

    async def receive(self):
        await self._has_left.wait()
        return {"type": "http.disconnect"}


async def serve(stream, client, version):
    scope = {"type": "http", "asgi": {"spec_version": version}, "method": "GET", "headers": []}
    await stream(scope, client.receive, client.send)


@pytest.mark.parametrize(("leaves", "version"), [("by a message", "2.0"), ("by an error", "2.4")])
def test_the_generator_is_closed_when_the_client_leaves_in_the_middle(leaves, version):
    events = Events()
    stream = EventStream(iter(events))

    async def leave():
        with suppress(ClientDisconnect):
            await asyncio.wait_for(serve(stream, Client(3, leaves=leaves), version), timeout=30)

    asyncio.run(leave())

    assert events.is_closed


def test_a_client_that_stays_gets_all_of_them():
    events = Events(3)
    sent = []

    class Patient(Client):
        async def send(self, message):
            sent.append(message.get("body"))

    async def stay():
        await serve(EventStream(iter(events)), Patient(100, leaves="never"), "2.4")

    asyncio.run(stay())

    assert sent == [None, *[b"data: {}\n\n"] * 3, b""]
    assert events.is_closed
