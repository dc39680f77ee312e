import base64

import numpy as np
import openai
import pytest

from server_process import ServerProcess
from tiny_encoder import DIMENSIONS, LONGEST, NAME


def test_a_text_becomes_a_vector_of_length_one(real_client: openai.OpenAI):
    answer = real_client.embeddings.create(model=NAME, input="Where is the light?", encoding_format="float")

    vector = np.array(answer.data[0].embedding)
    assert vector.shape == (DIMENSIONS,)
    assert abs(float(vector @ vector) - 1) < 1e-5
    assert (answer.object, answer.model) == ("list", NAME)
    # The tiny tokenizer has a token for each byte.
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == len("Where is the light?")


def test_several_texts_keep_their_order(real_client: openai.OpenAI):
    texts = ["one", "a longer text", "x"]
    alone = [
        real_client.embeddings.create(model=NAME, input=text, encoding_format="float").data[0].embedding
        for text in texts
    ]

    together = real_client.embeddings.create(model=NAME, input=texts, encoding_format="float")

    assert [each.index for each in together.data] == [0, 1, 2]
    np.testing.assert_allclose([each.embedding for each in together.data], alone, atol=1e-6)


def test_floats_and_base64_are_the_same_numbers(real_server: ServerProcess, real_client: openai.OpenAI):
    # Left to itself the client asks for base64, which its own type, and so a strict client, does not know.
    with openai.OpenAI(base_url=f"{real_server.url}/v1", api_key="none") as usual_client:
        usual = usual_client.embeddings.create(model=NAME, input=[5, 6, 7])
        encoded = usual_client.embeddings.create(model=NAME, input=[[5, 6, 7]], encoding_format="base64")
    floats = real_client.embeddings.create(model=NAME, input=[5, 6, 7], encoding_format="float")

    decoded = np.frombuffer(base64.b64decode(encoded.data[0].embedding), np.float32)
    np.testing.assert_array_equal(np.array(floats.data[0].embedding, np.float32), decoded)
    np.testing.assert_array_equal(np.array(usual.data[0].embedding, np.float32), decoded)


def test_a_text_that_is_too_long_is_named_with_its_tokens_and_the_limit(real_client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError, match=rf"'input\.1' has 41 tokens.*at most {LONGEST}") as caught:
        real_client.embeddings.create(model=NAME, input=["ok", "x" * (LONGEST + 1)])

    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "input.1")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": ""}, "input.0"),
        ({"input": []}, "input"),
        ({"input": "a", "dimensions": DIMENSIONS + 1}, "dimensions"),
        ({"input": "a", "model": "tiny"}, "model"),
    ],
)
def test_what_cannot_be_embedded_is_refused_by_name(real_client: openai.OpenAI, fields, param: str):
    with pytest.raises(openai.BadRequestError) as caught:
        real_client.embeddings.create(**{"model": NAME, **fields})

    assert caught.value.param == param


def test_the_models_own_dimensions_are_taken(real_client: openai.OpenAI):
    answer = real_client.embeddings.create(model=NAME, input="a", dimensions=DIMENSIONS, encoding_format="float")

    assert len(answer.data[0].embedding) == DIMENSIONS


def test_a_model_that_is_not_pulled_says_how_to_get_it(real_client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError, match="tuneport models pull all-minilm-l6-v2"):
        real_client.embeddings.create(model="all-minilm-l6-v2", input="a")


def test_a_model_of_embeddings_cannot_chat(real_client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError, match="/v1/embeddings"):
        real_client.chat.completions.create(model=NAME, messages=[{"role": "user", "content": "x"}])
