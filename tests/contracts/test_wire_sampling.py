"""Penalties, biases and log-probabilities through the official client, answered by the real engine."""

import math

import httpx
import openai
import pytest

from server_process import ServerProcess

QUESTION = [{"role": "user", "content": "Hello?"}]
ASKED = {"model": "tiny", "messages": QUESTION, "max_tokens": 8}


def test_logprobs_tell_each_token_and_the_likeliest_in_its_place(real_client: openai.OpenAI):
    (choice,) = real_client.chat.completions.create(**ASKED, temperature=0, logprobs=True, top_logprobs=3).choices

    tokens = choice.logprobs.content
    assert len(tokens) == 8
    assert b"".join(bytes(token.bytes) for token in tokens).decode(errors="replace") == choice.message.content
    for token in tokens:
        assert len(token.top_logprobs) == 3
        # Greedy: the token is the likeliest.
        assert (token.token, token.bytes, token.logprob) == (
            token.top_logprobs[0].token,
            token.top_logprobs[0].bytes,
            token.top_logprobs[0].logprob,
        )
        assert token.top_logprobs[0].logprob >= token.top_logprobs[1].logprob >= token.top_logprobs[2].logprob
        assert sum(math.exp(each.logprob) for each in token.top_logprobs) <= 1 + 1e-5


def test_logprobs_are_not_told_where_nobody_asked(real_client: openai.OpenAI):
    (choice,) = real_client.chat.completions.create(**ASKED, temperature=0).choices

    assert choice.logprobs is None


def test_a_stream_tells_the_logprobs_of_the_whole_answer(real_client: openai.OpenAI):
    options = {**ASKED, "temperature": 0, "logprobs": True, "top_logprobs": 2}
    whole = real_client.chat.completions.create(**options).choices[0].logprobs.content

    chunks = real_client.chat.completions.create(**options, stream=True)
    told = [
        token for chunk in chunks for choice in chunk.choices if choice.logprobs for token in choice.logprobs.content
    ]

    assert [(token.token, len(token.top_logprobs)) for token in told] == [(token.token, 2) for token in whole]


def test_a_stored_answer_keeps_its_logprobs(real_client: openai.OpenAI):
    answer = real_client.chat.completions.create(**ASKED, temperature=0, logprobs=True, top_logprobs=1, store=True)

    stored = real_client.chat.completions.retrieve(answer.id)

    assert stored.choices[0].logprobs == answer.choices[0].logprobs


def test_a_bias_forces_a_token_and_bans_it(real_client: openai.OpenAI):
    # The tiny tokenizer has a token for each byte, behind three special ones.
    letters = {letter: str(index) for letter, index in zip('!"#', range(3, 6), strict=True)}

    forced = real_client.chat.completions.create(**ASKED, temperature=0, logit_bias={letters["#"]: 100})
    banned = real_client.chat.completions.create(**ASKED, seed=1, logit_bias={letters["#"]: -100})

    assert forced.choices[0].message.content == "#" * 8
    assert "#" not in banned.choices[0].message.content


def test_penalties_keep_an_answer_from_repeating_itself(real_client: openai.OpenAI):
    bias = {"3": 60, "4": 59.5, "5": 59, "6": 58.5}

    plain = real_client.chat.completions.create(**ASKED, temperature=0, logit_bias=bias)
    varied = real_client.chat.completions.create(**ASKED, temperature=0, logit_bias=bias, frequency_penalty=2)

    assert len(set(plain.choices[0].message.content)) < len(set(varied.choices[0].message.content))


def test_raw_completions_tell_logprobs_in_their_older_form(real_client: openai.OpenAI):
    (choice,) = real_client.completions.create(
        model="tiny", prompt="Once", max_tokens=6, temperature=0, logprobs=2
    ).choices

    logprobs = choice.logprobs
    assert len(logprobs.tokens) == len(logprobs.token_logprobs) == len(logprobs.top_logprobs) == 6
    assert logprobs.text_offset[0] == 0
    assert all(len(each) <= 2 for each in logprobs.top_logprobs)
    assert logprobs.text_offset == sorted(logprobs.text_offset)


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"frequency_penalty": 3}, "frequency_penalty"),
        ({"logit_bias": {"5": 101}}, "logit_bias"),
        ({"logit_bias": {"hello": 1}}, "logit_bias"),
        ({"logit_bias": {"99999": 1}}, "logit_bias"),
    ],
)
def test_what_can_not_be_is_refused_by_name(real_server: ServerProcess, extra, param: str):
    answer = httpx.post(f"{real_server.url}/v1/chat/completions", json={**ASKED, **extra})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"].startswith(param)
