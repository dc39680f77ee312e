"""A report that is told of while it is made: its events, its errors, and its end where nobody listens any more."""

import asyncio
import threading
import time
from functools import partial

import orjson
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from tuneport.api.files.report_stream import ReportStream
from tuneport.api.whole_file_work import WholeFileTurn, limit_whole_file_work
from tuneport.core import InvalidRequest, NotFound, available_cores
from tuneport.workspace import ReportProgress

HALF, WHOLE = ReportProgress("check", 1, 2), ReportProgress("check", 2, 2)


def events_of(make):
    async def collect():
        return [event async for event in await ReportStream(make).begun()]

    return [orjson.loads(event.removeprefix(b"data: ")) for event in asyncio.run(collect())]


def test_the_events_come_in_order_and_end_with_the_report():
    def make(tell):
        tell(HALF)
        tell(WHOLE)
        return {"n_rows": 2}

    assert events_of(make) == [
        {"type": "progress", "part": "check", "bytes_read": 1, "bytes": 2},
        {"type": "progress", "part": "check", "bytes_read": 2, "bytes": 2},
        {"type": "report", "report": {"n_rows": 2}},
    ]


def test_what_fails_before_the_first_event_is_raised():
    def make(tell):
        raise NotFound("There is no file 'x'.", code="file_not_found")

    with pytest.raises(NotFound, match="There is no file 'x'"):
        events_of(make)


def test_what_fails_later_ends_the_stream_as_an_event_in_the_wires_own_words():
    def make(tell):
        tell(HALF)
        raise InvalidRequest("There is no model 'x'.", code="model_not_found", param="model")

    *_, last = events_of(make)

    assert last == {
        "type": "error",
        "error": {
            "message": "There is no model 'x'.",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        },
    }


def endless_report(has_ended, tell):
    try:
        while True:
            tell(HALF)
            time.sleep(0.001)
    finally:
        has_ended.set()


def test_a_report_that_is_stopped_has_ended_where_it_next_tells():
    has_ended = threading.Event()

    async def start_and_stop():
        report = ReportStream(partial(endless_report, has_ended))
        await report.begun()
        await report.stop()
        return has_ended.is_set()

    assert asyncio.run(start_and_stop())


def test_a_client_that_goes_away_gives_its_turn_back_once_the_work_has_ended():
    app, has_ended = FastAPI(), threading.Event()
    limit_whole_file_work(app)

    @app.get("/")
    async def follow(turn: WholeFileTurn) -> StreamingResponse:
        report = ReportStream(partial(endless_report, has_ended))
        turn.push_async_callback(report.stop)
        return StreamingResponse(await report.begun())

    async def ask_and_leave():
        is_answered = asyncio.Event()

        async def receive():
            await is_answered.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.body":
                is_answered.set()

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await app(scope, receive, send)
        free = app.state.whole_file_work
        return has_ended.is_set(), [not free.locked() and await free.acquire() for _ in range(available_cores())]

    assert asyncio.run(ask_and_leave()) == (True, [True] * available_cores())
