import json
from pathlib import Path

import pytest

from fake_completions import FakeModels
from tiny_encoder import DIMENSIONS, LONGEST, NAME, write_encoder_record
from tuneport.config import Settings
from tuneport.core import InvalidRequest, NotFound
from tuneport.workspace import EmbeddingRequest
from tuneport.workspace.embeddings import Embeddings
from tuneport.workspace.target import find_target


class FakeEngines:
    """Gives an engine that remembers what it was asked."""

    def __init__(self):
        self.requests = []

    def client_for(self, folder, *, task):
        assert task == "embedding"
        return self

    def embed(self, request, check):
        check()
        self.requests.append(request)
        return [bytes(4) for _ in request.inputs]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_encoder_record(tmp_path)
    return Settings(home=tmp_path)


@pytest.fixture
def engines() -> FakeEngines:
    return FakeEngines()


def embed(settings, engines, *inputs, model=NAME, dimensions=None):
    return Embeddings(settings, FakeModels(), engines).create(EmbeddingRequest(model, inputs, dimensions))


def test_texts_and_tokens_reach_the_engine_and_are_counted(settings, engines):
    answer = embed(settings, engines, "abc", (5, 6), dimensions=DIMENSIONS)

    assert [len(token_ids) for token_ids in engines.requests[0].inputs] == [3, 2]
    assert engines.requests[0].inputs[1] == [5, 6]
    assert (answer.model, len(answer.vectors), answer.prompt_tokens) == (NAME, 2, 5)


def test_who_has_left_is_answered_no_more(settings, engines):
    def leave():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Embeddings(settings, FakeModels(), engines).create(EmbeddingRequest(NAME, ("abc",)), leave)

    assert engines.requests == []


def test_every_text_that_is_too_long_is_named_with_its_tokens_and_the_limit(settings, engines):
    with pytest.raises(InvalidRequest) as caught:
        embed(settings, engines, "ok", "x" * (LONGEST + 1), "ok", "x" * 99)

    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "input.1")
    assert caught.value.message.startswith(f"'input.1' has {LONGEST + 1} tokens, 'input.3' has 99 tokens;")
    assert f"at most {LONGEST}" in caught.value.message


def test_a_text_of_just_the_limit_is_taken(settings, engines):
    assert embed(settings, engines, "x" * LONGEST).prompt_tokens == LONGEST


@pytest.mark.parametrize(
    ("inputs", "code"),
    [(("a", ""), "empty_input"), (("a", (3, 100_000)), "unknown_token"), (("a", (-1,)), "unknown_token")],
)
def test_what_is_no_text_is_refused_by_its_place(settings, engines, inputs, code):
    with pytest.raises(InvalidRequest) as caught:
        embed(settings, engines, *inputs)

    assert (caught.value.code, caught.value.param) == (code, "input.1")


def test_other_dimensions_than_the_models_are_refused(settings, engines):
    with pytest.raises(InvalidRequest, match=f"have {DIMENSIONS}") as caught:
        embed(settings, engines, "a", dimensions=8)

    assert caught.value.param == "dimensions"


@pytest.mark.parametrize("model", ["smollm2-135m-instruct", "ft:tiny:local::abc"])
def test_a_model_that_writes_text_makes_no_embeddings(settings, engines, model):
    with pytest.raises(InvalidRequest, match="makes no embeddings"):
        embed(settings, engines, "a", model=model)


def test_a_model_that_is_not_pulled_says_how_to_get_it(settings, engines):
    with pytest.raises(NotFound, match="tuneport models pull all-minilm-l6-v2"):
        embed(settings, engines, "a", model="all-minilm-l6-v2")


def test_a_model_of_embeddings_writes_no_text(settings):
    with pytest.raises(InvalidRequest, match="/v1/embeddings"):
        find_target(NAME, settings, FakeModels(), FakeEngines())


def test_a_tokenizer_file_that_cuts_and_fills_texts_does_neither_here(settings, engines):
    file = settings.models / NAME / "tokenizer.json"
    content = json.loads(file.read_text())
    content["truncation"] = {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}
    file.write_text(json.dumps(content))

    assert embed(settings, engines, "abcd").prompt_tokens == 4
