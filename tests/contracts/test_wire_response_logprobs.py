"""How likely the tokens of a response were: the same as in chat completions, where they are asked for."""

import httpx
import openai
import pytest

from server_process import ServerProcess

GREEDY = {"model": "tiny", "temperature": 0, "max_output_tokens": 16}
INCLUDED = ["message.output_text.logprobs"]


def told(logprobs) -> list[tuple]:
    return [
        (each.token, each.bytes, each.logprob, [(other.token, other.logprob) for other in each.top_logprobs])
        for each in logprobs
    ]


def test_they_are_those_of_a_chat(real_client: openai.OpenAI):
    chat = real_client.chat.completions.create(
        model="tiny",
        messages=[{"role": "user", "content": "Hello"}],
        temperature=0,
        max_tokens=16,
        logprobs=True,
        top_logprobs=3,
    )

    made = real_client.responses.create(**GREEDY, input="Hello", include=INCLUDED, top_logprobs=3)

    (part,) = made.output[0].content
    assert told(part.logprobs) == told(chat.choices[0].logprobs.content)
    assert {len(each.top_logprobs) for each in part.logprobs} == {3}
    assert made.top_logprobs == 3


@pytest.mark.parametrize(
    ("asked", "n_likeliest"),
    [({}, set()), ({"include": INCLUDED}, {0}), ({"top_logprobs": 1}, {1}), ({"top_logprobs": 0}, set())],
)
def test_either_field_asks_for_them(real_client: openai.OpenAI, asked, n_likeliest: set[int]):
    made = real_client.responses.create(**GREEDY, input="Hello", **asked)

    assert {len(each.top_logprobs) for each in made.output[0].content[0].logprobs} == n_likeliest


def test_a_stream_tells_them_piece_by_piece_and_tells_them_again(real_client: openai.OpenAI):
    asked = {"input": "Hello", "include": INCLUDED, "top_logprobs": 2}
    events = list(real_client.responses.create(**GREEDY, **asked, stream=True))

    response = events[-1].response
    whole = response.output[0].content[0].logprobs
    pieces = [each for event in events if event.type == "response.output_text.delta" for each in event.logprobs]
    (done,) = (event for event in events if event.type == "response.output_text.done")
    again = list(real_client.responses.retrieve(response.id, stream=True))
    assert whole
    assert [(each.token, each.logprob) for each in pieces] == [(each.token, each.logprob) for each in whole]
    assert [each.logprob for each in done.logprobs] == [each.logprob for each in whole]
    assert [event.to_dict() for event in again] == [event.to_dict() for event in events]
    assert real_client.responses.retrieve(response.id, include=INCLUDED).output == response.output


def test_a_conversation_goes_on_from_an_answer_that_has_them(real_client: openai.OpenAI):
    first = real_client.responses.create(**GREEDY, input="Hello", include=INCLUDED)

    second = real_client.responses.create(**GREEDY, input="And then?", previous_response_id=first.id)
    by_hand = real_client.responses.create(
        **GREEDY, input=[{"role": "user", "content": "Hello"}, *first.output, {"role": "user", "content": "And then?"}]
    )

    assert second.output_text == by_hand.output_text
    assert real_client.responses.input_items.list(second.id).data[1].to_dict() == first.output[0].to_dict()


def test_what_belongs_to_items_that_no_answer_has_changes_nothing(real_client: openai.OpenAI):
    plain = real_client.responses.create(**GREEDY, input="Hello")

    made = real_client.responses.create(**GREEDY, input="Hello", include=["reasoning.encrypted_content"])

    assert [item.content for item in made.output] == [item.content for item in plain.output]


@pytest.mark.parametrize(
    ("extra", "param"), [({"include": ["colour"]}, "include.0"), ({"top_logprobs": 21}, "top_logprobs")]
)
def test_what_no_answer_can_tell_is_refused(real_server: ServerProcess, extra, param: str):
    answer = httpx.post(f"{real_server.url}/v1/responses", json={"model": "tiny", "input": "x", **extra})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
