import json

import pytest

from tuneport.core import EngineFailed
from tuneport.inference import EndEvent, GenerateRequest, JsonRule, TokenEvent, TokenLogprob, answer_grammar
from tuneport.inference.vllm.translate import StreamReader, completion_body, error_message


def request(**others):
    return GenerateRequest("gen_1", [5, 6], [2, 3], 10, **others)


def line(choice=None, **others):
    return f"data: {json.dumps({'choices': [choice] if choice else [], **others})}"


def read(reader, *lines):
    return [event for each in lines for event in reader.read(each)]


def test_a_request_goes_as_the_tokens_that_it_is_and_says_everything_itself():
    body = completion_body(
        request(temperature=0.7, top_p=0.9, seed=0, frequency_penalty=0.1, presence_penalty=0.2, logit_bias={"8": -1.0})
    )

    assert (body["model"], body["prompt"], body["max_tokens"]) == ("base", [5, 6], 10)
    assert (body["temperature"], body["top_p"], body["seed"]) == (0.7, 0.9, 0)
    assert (body["frequency_penalty"], body["presence_penalty"], body["logit_bias"]) == (0.1, 0.2, {"8": -1.0})
    assert (body["stop_token_ids"], body["ignore_eos"], body["stream"]) == ([2, 3], True, True)
    assert body.keys().isdisjoint({"logprobs", "structured_outputs"})


def test_an_adapter_is_asked_by_its_folder():
    assert completion_body(request(adapter_dir="/runs/one/000001"))["model"] == "/runs/one/000001"


def test_no_share_of_the_probability_takes_the_likeliest_token():
    body = completion_body(request(temperature=1.0, top_p=0.0))

    assert (body["temperature"], body["top_p"]) == (0.0, 1.0)


def test_an_answer_in_a_form_is_held_by_vllm_and_ends_at_its_own_end():
    grammar = answer_grammar(JsonRule({"type": "integer"}), None)

    body = completion_body(request(grammar=grammar))

    assert body["structured_outputs"]["grammar"].startswith("%llguidance {}\nstart: %json {")
    assert body["ignore_eos"] is False


def test_a_stream_is_read_as_tokens_without_the_one_at_which_it_stopped():
    reader = StreamReader(request())

    tokens = read(
        reader,
        line({"token_ids": [7], "finish_reason": None}),
        "",
        line({"token_ids": [8, 9, 2], "finish_reason": "stop"}),
        line(usage={"prompt_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}),
        "data: [DONE]",
    )

    assert tokens == [TokenEvent("gen_1", token_id) for token_id in (7, 8, 9)]
    assert reader.end() == EndEvent("gen_1", "stop", cached_tokens=1)


def test_tokens_tell_what_the_prompt_shared_once_vllm_has_told_it():
    reader = StreamReader(request())
    told = {"prompt_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}

    tokens = read(reader, line({"token_ids": [7]}), line({"token_ids": [8]}, usage=told))

    assert [token.cached_tokens for token in tokens] == [0, 1]


def test_an_answer_that_reached_its_limit_keeps_its_last_token():
    reader = StreamReader(request())

    tokens = read(reader, line({"token_ids": [7, 8], "finish_reason": "length"}), line(usage={"prompt_tokens": 2}))

    assert [token.token_id for token in tokens] == [7, 8]
    assert reader.end() == EndEvent("gen_1", "length", cached_tokens=0)


def test_log_probabilities_are_as_many_as_asked_for_the_likeliest_first():
    reader = StreamReader(request(n_logprobs=2))
    told = {"token_logprobs": [-4.0], "top_logprobs": [{"token_id:9": -4.0, "token_id:5": -1.5, "token_id:6": -0.5}]}

    (token,) = read(reader, line({"token_ids": [9], "finish_reason": None, "logprobs": told}))

    assert token == TokenEvent("gen_1", 9, -4.0, [TokenLogprob(6, -0.5), TokenLogprob(5, -1.5)])


@pytest.mark.parametrize(
    ("bad_line", "words"),
    [
        ('data: {"error": {"message": "no room left", "code": 500}}', "no room left"),
        (line({"token_ids": [], "finish_reason": "abort"}), "abort"),
    ],
)
def test_an_answer_that_vllm_breaks_off_fails_with_its_words(bad_line, words):
    with pytest.raises(EngineFailed, match=words):
        read(StreamReader(request()), bad_line)


def test_a_stream_without_an_end_is_a_failure():
    reader = StreamReader(request())
    read(reader, line({"token_ids": [7], "finish_reason": None}))

    with pytest.raises(EngineFailed, match="broke the answer off"):
        reader.end()


@pytest.mark.parametrize("answer", [{"error": {"message": "bad"}}, {"error": "bad"}, {"message": "bad"}, "bad"])
def test_the_words_of_an_error_are_found_in_each_of_its_forms(answer):
    assert error_message(answer) == "bad"
