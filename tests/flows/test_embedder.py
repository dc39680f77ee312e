"""The engine of embeddings on a tiny model: what is computed together changes no vector."""

from base64 import b64decode

import numpy as np
import pytest
import torch

from tiny_encoder import DIMENSIONS, write_tiny_encoder
from tuneport.core import EngineFailed
from tuneport.inference import EmbedRequest, EngineClient
from tuneport.inference.engine.embedder import Embedder
from tuneport.inference.protocol import EndEvent, FailedEvent, VectorEvent
from tuneport.models import load_encoder

TEXTS = [list(range(5, 5 + length)) for length in (9, 1, 30, 4, 30, 2)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_encoder(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def model(folder):
    return load_encoder(folder, torch.device("cpu"))


def floats(vector: bytes):
    return np.frombuffer(vector, np.float32)


def run(embedder):
    while not embedder.is_idle:
        embedder.step()


def test_vectors_of_texts_computed_together_are_those_of_each_alone(model):
    together, alone = [], []
    embedder = Embedder(model, together.append)
    embedder.submit(EmbedRequest("all", TEXTS))
    run(embedder)

    for text in TEXTS:
        single = Embedder(model, alone.append)
        single.submit(EmbedRequest("one", [text]))
        run(single)

    found = {event.index: floats(b64decode(event.vector)) for event in together if isinstance(event, VectorEvent)}
    expected = [floats(b64decode(event.vector)) for event in alone if isinstance(event, VectorEvent)]
    assert together[-1] == EndEvent("all", "stop", 0)
    for index, vector in enumerate(expected):
        np.testing.assert_allclose(found[index], vector, atol=1e-6)
        assert abs(float((vector**2).sum()) - 1) < 1e-5


def test_requests_take_turns(model):
    events = []
    embedder = Embedder(model, events.append, tokens_at_once=30)
    embedder.submit(EmbedRequest("long", [[5] * 30] * 3))
    embedder.submit(EmbedRequest("short", [[5] * 3]))

    run(embedder)

    assert [event.id for event in events if isinstance(event, EndEvent)] == ["short", "long"]


def test_a_request_that_cannot_be_computed_fails_alone(model):
    events = []
    embedder = Embedder(model, events.append)
    embedder.submit(EmbedRequest("bad", [[10**6]]))
    embedder.submit(EmbedRequest("good", [[5]]))

    run(embedder)

    assert [type(event) for event in events] == [FailedEvent, VectorEvent, EndEvent]


def test_a_cancelled_request_says_nothing_more(model):
    events = []
    embedder = Embedder(model, events.append)
    embedder.submit(EmbedRequest("left", TEXTS))

    embedder.cancel("left")

    assert embedder.is_idle
    assert events == []


def test_the_engine_process_gives_vectors_in_order_and_outlives_a_bad_request(folder, tmp_path):
    client = EngineClient(folder, tmp_path / "engine.log", idle_seconds=60, max_queued=2, task="embedding")

    vectors = client.embed(EmbedRequest("one", TEXTS))
    with pytest.raises(EngineFailed, match="IndexError"):
        client.embed(EmbedRequest("bad", [[10**6]]))
    again = client.embed(EmbedRequest("again", TEXTS[:1]))
    client.close()

    assert [floats(vector).shape for vector in vectors] == [(DIMENSIONS,)] * len(TEXTS)
    np.testing.assert_allclose(floats(again[0]), floats(vectors[0]), atol=1e-6)
