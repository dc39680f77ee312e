import asyncio
import threading
import time

import httpx
import pytest
from fastapi import FastAPI

from tuneport.api.data_desk.routes import router as data_desk_router
from tuneport.api.row_loss.routes import router as row_loss_router
from tuneport.api.whole_file_work import WHOLE_FILE_WORK, limit_whole_file_work
from tuneport.core import available_cores


@pytest.mark.parametrize("router", [data_desk_router, row_loss_router])
def test_routes_that_read_whole_files_wait_for_their_turn(router):
    assert all(WHOLE_FILE_WORK in route.dependencies for route in router.routes)


def test_no_more_files_are_worked_on_at_once_than_there_are_cores():
    app, lock, at_once = FastAPI(), threading.Lock(), [0]
    limit_whole_file_work(app)
    most = 0

    @app.get("/", dependencies=[WHOLE_FILE_WORK])
    def work() -> int:
        nonlocal most
        with lock:
            at_once[0] += 1
            most = max(most, at_once[0])
        time.sleep(0.05)
        with lock:
            at_once[0] -= 1
        return 1

    async def ask() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            answers = await asyncio.gather(*(client.get("/") for _ in range(3 * available_cores())))
        return [answer.status_code for answer in answers]

    assert asyncio.run(ask()) == [200] * (3 * available_cores())
    assert most == available_cores()
