import threading

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from tuneport.api.json_route import JsonRoute


class Answer(BaseModel):
    thread: str


async def where_the_loop_is() -> Answer:
    return Answer(thread=threading.current_thread().name)


async def short_read() -> Answer:
    return Answer(thread=threading.current_thread().name)


def long_work() -> Answer:
    return Answer(thread=threading.current_thread().name)


def test_short_reads_work_on_the_event_loop_and_other_endpoints_in_threads_of_their_own():
    router = APIRouter(route_class=JsonRoute)
    router.get("/short")(short_read)
    router.get("/long")(long_work)
    app = FastAPI()
    app.get("/loop")(where_the_loop_is)
    app.include_router(router)

    with TestClient(app) as client:
        loop, short, long = (client.get(path).json()["thread"] for path in ("/loop", "/short", "/long"))

    assert short == loop
    assert long != loop


def test_coroutine_s_answer_is_written_with_the_status_of_its_route():
    router = APIRouter(route_class=JsonRoute)
    router.post("/made", status_code=201)(short_read)
    app = FastAPI()
    app.include_router(router)

    with TestClient(app) as client:
        answer = client.post("/made")

    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")
