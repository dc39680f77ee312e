"""The engine as the server has it: a process that starts at the first request, may be killed, and starts again."""

import threading
import time

import psutil
import pytest

from tuneport.core import EngineFailed
from tuneport.inference import EndEvent, EngineClient, Engines, GenerateRequest, TokenEvent

NEVER = 10_000


@pytest.fixture
def client(tiny_model_dir, tmp_path):
    client = EngineClient(tiny_model_dir, tmp_path / "engine.log", idle_seconds=0.0, max_queued=2)
    yield client
    client.close()


def request(name, *, max_tokens=5):
    return GenerateRequest(name, list(range(10, 30)), [NEVER], max_tokens, temperature=0.0)


def engine_processes():
    """Those of this process itself; servers of other tests have their own."""
    return [child for child in psutil.Process().children() if is_engine(child)]


def is_engine(process):
    try:
        return "tuneport.inference" in process.cmdline()
    except psutil.Error:
        # It ended in between.
        return False


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_engine_lives_from_its_first_request_until_it_is_idle(client):
    before = engine_processes()

    events = list(client.generate(request("one")))
    during = engine_processes()
    client.stop_if_idle()

    assert before == []
    assert [type(event) for event in events] == [TokenEvent] * 5 + [EndEvent]
    assert len(during) == 1
    assert engine_processes() == []


def test_a_killed_engine_fails_the_answer_clearly_and_the_next_request_works(client):
    stream = client.generate(request("cut", max_tokens=1900))
    next(stream)

    engine_processes()[0].kill()
    with pytest.raises(EngineFailed, match="before the answer did") as failure:
        list(stream)
    events = list(client.generate(request("next")))

    assert failure.value.code == "engine_failed"
    assert len(events) == 6


def test_a_client_that_goes_away_frees_its_place(client):
    stream = client.generate(request("left", max_tokens=1900))
    next(stream)

    stream.close()
    client.stop_if_idle()

    wait_until(lambda: engine_processes() == [])


def test_a_request_that_nobody_waits_for_any_more_frees_its_place_before_its_first_token(client):
    list(client.generate(request("one")))
    (engine,) = engine_processes()
    times = iter(range(3))

    def check() -> None:
        if next(times, None) is None:
            raise ConnectionError

    engine.suspend()
    with pytest.raises(ConnectionError):
        next(client.generate(request("left"), check))
    n_waiting = client.n_requests
    engine.resume()

    assert n_waiting == 0
    assert len(list(client.generate(request("next")))) == 6


def test_more_requests_than_the_limit_are_refused_at_once(client):
    streams = [client.generate(request(name, max_tokens=1900)) for name in ("one", "two")]
    for stream in streams:
        next(stream)

    with pytest.raises(EngineFailed, match="which is the limit") as failure:
        next(client.generate(request("three")))

    assert failure.value.code == "engine_busy"
    for stream in streams:
        stream.close()


def test_requests_at_the_same_time_start_one_engine(client):
    results = {}

    def ask(name):
        results[name] = list(client.generate(request(name)))

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(engine_processes()) == 1
    assert [event.token_id for event in results["one"][:5]] == [event.token_id for event in results["two"][:5]]


def test_a_model_that_cannot_be_loaded_fails_with_the_log_named(tmp_path):
    (tmp_path / "broken").mkdir()
    client = EngineClient(tmp_path / "broken", tmp_path / "engine.log", idle_seconds=60, max_queued=2)

    with pytest.raises(EngineFailed, match=r"engine\.log"):
        list(client.generate(request("one")))


def test_a_pinned_engine_starts_before_anybody_asks_and_stays(tiny_model_dir, tmp_path):
    engines = Engines(tmp_path, idle_seconds=1000, max_queued=2)
    pinned, other = (
        engines.client_for(tiny_model_dir),
        engines.client_for(tiny_model_dir, name="other", only_adapter=tmp_path),
    )
    try:
        list(other.generate(request("one")))
        engines.pin({pinned})
        n_running = len(engine_processes())
        engines.give_way()

        assert n_running == 2
        assert (pinned.is_running, other.is_running) == (True, False)

        engines.pin(set())
        engines.give_way()

        assert engine_processes() == []
    finally:
        engines.stop()


def test_an_engine_that_answers_does_not_give_way(client):
    stream = client.generate(request("long", max_tokens=300))
    first = next(stream)
    client.give_way()

    assert isinstance(first, TokenEvent)
    assert isinstance(list(stream)[-1], EndEvent)
