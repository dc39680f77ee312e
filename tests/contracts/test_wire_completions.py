import httpx
import openai
import pytest

from server_process import ServerProcess

GREEDY = {"model": "tiny", "temperature": 0}


def test_raw_text_goes_on_for_sixteen_tokens_unless_told_otherwise(real_client: openai.OpenAI):
    answer = real_client.completions.create(**GREEDY, prompt="one two three")

    assert answer.object == "text_completion"
    # The tiny tokenizer has a token for each byte, and no template is used.
    assert answer.usage.prompt_tokens == len("one two three")
    assert answer.usage.completion_tokens == 16
    assert answer.choices[0].finish_reason == "length"


def test_a_prompt_may_be_tokens(real_client: openai.OpenAI):
    by_text = real_client.completions.create(**GREEDY, prompt="abc")
    # Three special tokens come before the bytes, in the order of their characters.
    token_ids = [3 + sorted(_byte_alphabet()).index(letter) for letter in "abc"]

    by_tokens = real_client.completions.create(**GREEDY, prompt=token_ids)

    assert by_tokens.choices[0].text == by_text.choices[0].text


def _byte_alphabet() -> list[str]:
    from tokenizers import pre_tokenizers

    return pre_tokenizers.ByteLevel.alphabet()


def test_each_of_several_prompts_is_answered(real_client: openai.OpenAI):
    alone = [real_client.completions.create(**GREEDY, prompt=prompt).choices[0].text for prompt in ("one", "two")]

    together = real_client.completions.create(**GREEDY, prompt=["one", "two"], n=2, echo=True)

    assert [choice.index for choice in together.choices] == [0, 1, 2, 3]
    expected = ["one" + alone[0], "one" + alone[0], "two" + alone[1], "two" + alone[1]]
    assert [choice.text for choice in together.choices] == expected
    assert together.usage.prompt_tokens == 6


def test_streamed_text_is_the_same_as_the_whole(real_server: ServerProcess, real_client: openai.OpenAI):
    options = {**GREEDY, "prompt": "abc", "max_tokens": 12}
    whole = real_client.completions.create(**options)

    # Until its end a chunk has no reason, which the client's own type, and so a strict client, does not know.
    with openai.OpenAI(base_url=f"{real_server.url}/v1", api_key="none") as usual_client:
        *chunks, last = usual_client.completions.create(**options, stream=True, stream_options={"include_usage": True})

    assert "".join(chunk.choices[0].text for chunk in chunks) == whole.choices[0].text
    assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "length"
    assert last.usage == whole.usage


def test_an_answer_ends_before_a_stop_text(real_client: openai.OpenAI):
    text = real_client.completions.create(**GREEDY, prompt="abc", max_tokens=30).choices[0].text
    stop = text[4:6]

    answer = real_client.completions.create(**GREEDY, prompt="abc", max_tokens=30, stop=stop)

    assert answer.choices[0].text == text[: text.index(stop)]
    assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"suffix": "end"}, "suffix"),
        ({"best_of": 2}, "best_of"),
        ({"logprobs": 6}, "logprobs"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [99999]}, "prompt"),
        ({"seed": 2**70}, "seed"),
        ({"stop": ["x", ""]}, "stop"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_not_there_is_refused_by_name(real_server: ServerProcess, extra, param: str):
    answer = httpx.post(f"{real_server.url}/v1/completions", json={"model": "tiny", "prompt": "x", **extra})

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_unknown_model_is_not_found(real_client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError, match="none"):
        real_client.completions.create(model="none", prompt="x")
