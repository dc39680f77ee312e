import gc
import threading
import time
from contextlib import suppress

import pytest

from tuneport.core import EngineFailed, go_on
from tuneport.inference import EndEvent, EngineClient, GenerateRequest, TokenEvent
from tuneport.inference.protocol import EmbedRequest, VectorEvent


class _Cycle:
    """Only the collector of garbage ends it."""

    def __init__(self, client):
        self.itself = self
        self._client = client

    def __del__(self):
        self._client._forget("left", cancel=True)


def test_a_stream_collected_while_another_begins_holds_nobody_up(tmp_path):
    client = EngineClient(tmp_path, tmp_path / "engine.log", idle_seconds=60, max_queued=2)
    client._register("left")

    def begin():
        with client._lock:
            gc.collect()
        client._register("next")

    _Cycle(client)
    beginning = threading.Thread(target=begin, daemon=True)
    beginning.start()
    beginning.join(timeout=10)

    assert not beginning.is_alive()
    assert client.n_requests == 1


class _Gate:
    """Holds a start up until it is opened, and counts the starts."""

    def __init__(self, error=None):
        self.n_passed = 0
        self.is_reached, self.is_open = threading.Event(), threading.Event()
        self._error = error

    def __call__(self):
        self.n_passed += 1
        self.is_reached.set()
        assert self.is_open.wait(30)
        if self._error is not None:
            raise self._error


def client_behind(gate, folder):
    return EngineClient(folder, folder / "engine.log", idle_seconds=60, max_queued=8, before_start=gate)


def request(name):
    return GenerateRequest(name, [10, 11], [], 5)


def failures_of(client, n):
    """Ask `n` times at once; give a list that fills with what is raised, and the threads."""
    failures = []

    def ask(name):
        try:
            list(client.generate(request(name)))
        except EngineFailed as error:
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(str(number),), daemon=True) for number in range(n)]
    for thread in threads:
        thread.start()
    return failures, threads


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_start_that_fails_fails_all_who_wait_for_it_once(tmp_path):
    gate = _Gate(EngineFailed("no room"))
    client = client_behind(gate, tmp_path)
    failures, threads = failures_of(client, 6)
    wait_until(lambda: len(client._waiting_for_start) == 6)

    gate.is_open.set()
    for thread in threads:
        thread.join(30)

    assert [failure.message for failure in failures] == ["no room"] * 6
    assert gate.n_passed == 1
    assert client.n_requests == 0


def test_a_request_can_be_left_while_the_engine_starts(tmp_path):
    gate = _Gate(EngineFailed("no room"))
    client = client_behind(gate, tmp_path)

    def leave():
        if gate.is_reached.is_set():
            raise ConnectionError

    with pytest.raises(ConnectionError):
        next(client.generate(request("left"), leave))

    assert client.n_requests == 0
    gate.is_open.set()


def test_closing_ends_an_engine_that_starts(tmp_path):
    gate = _Gate()
    gate.is_open.set()
    client = client_behind(gate, tmp_path)
    failures, (thread,) = failures_of(client, 1)
    wait_until(lambda: client._starting is not None)
    process = client._starting._process

    client.close()
    thread.join(30)

    assert [failure.code for failure in failures] == ["server_stopping"]
    assert process.poll() is not None


def test_a_start_that_comes_after_closing_ends_at_once(tmp_path):
    gate = _Gate()
    client = client_behind(gate, tmp_path)
    failures, (thread,) = failures_of(client, 1)
    assert gate.is_reached.wait(30)

    client.close()
    gate.is_open.set()
    thread.join(30)

    assert [failure.code for failure in failures] == ["server_stopping"]
    assert not client.is_running


class _Answering(EngineClient):
    """An engine that says what it is given to say."""

    def __init__(self, folder, seen, events):
        super().__init__(folder, folder / "engine.log", idle_seconds=60, max_queued=2, observer=seen.append)
        self._events = events

    def _exchange(self, kind, request, check=go_on):
        yield from self._events


TOKENS = [TokenEvent("a", 7, cached_tokens=32), TokenEvent("a", 8), TokenEvent("a", 9)]


def test_an_answer_that_its_reader_ends_counts_as_answered(tmp_path):
    seen, read = [], []
    client = _Answering(tmp_path, seen, [*TOKENS, EndEvent("a", "length", 32)])

    for event in client.generate(request("a"), is_enough=lambda: len(read) == 2):
        read.append(event)

    assert read == [*TOKENS[:2], EndEvent("a", "stop", 32)]
    assert [(each.outcome, each.cached_tokens, each.generated_tokens) for each in seen] == [("answered", 32, 2)]


def test_an_answer_that_is_left_counts_as_cancelled(tmp_path):
    seen = []
    events = _Answering(tmp_path, seen, TOKENS).generate(request("a"))

    next(events)
    events.close()

    assert [(each.outcome, each.cached_tokens) for each in seen] == [("cancelled", 32)]


class _EmbeddingClient(EngineClient):
    """Answers for an engine, or fails as it would."""

    error: EngineFailed | None = None

    def _exchange(self, kind, request, check=go_on):
        if self.error is not None:
            raise self.error
        check()
        yield VectorEvent(request.id, 0, "AAAA")
        yield EndEvent(request.id, "stop", 0)


@pytest.mark.parametrize(("error", "outcome"), [(None, "answered"), (EngineFailed("gone"), "failed")])
def test_embeddings_are_observed_with_their_tokens(tmp_path, error, outcome):
    seen = []
    client = _EmbeddingClient(tmp_path, tmp_path / "log", idle_seconds=60, max_queued=2, observer=seen.append)
    client.error = error

    with suppress(EngineFailed):
        client.embed(EmbedRequest("one", [[1, 2, 3]]))

    assert [(exchange.prompt_tokens, exchange.outcome) for exchange in seen] == [(3, outcome)]


def test_embeddings_that_nobody_waits_for_any_more_end_and_count_as_cancelled(tmp_path):
    seen = []
    client = _EmbeddingClient(tmp_path, tmp_path / "log", idle_seconds=60, max_queued=2, observer=seen.append)

    def leave():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        client.embed(EmbedRequest("one", [[1, 2, 3]]), leave)

    assert [exchange.outcome for exchange in seen] == ["cancelled"]
