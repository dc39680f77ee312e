import json
import signal
import threading
import time
from pathlib import Path

import httpx
import openai
import pytest

from server_process import ServerProcess

QUESTION = [{"role": "user", "content": "What comes after 3?"}]
TOOL = {
    "type": "function",
    "function": {"name": "set_light", "parameters": {"type": "object", "properties": {"room": {"type": "string"}}}},
}


def test_answer_has_openai_s_shape_and_counts_its_tokens(real_client: openai.OpenAI):
    answer = real_client.chat.completions.create(model="tiny", messages=QUESTION, max_tokens=5, temperature=0)

    assert answer.object == "chat.completion"
    assert answer.choices[0].message.role == "assistant"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert 0 < answer.usage.completion_tokens <= 5


def test_streamed_answer_is_the_same_as_the_whole_one(real_client: openai.OpenAI):
    options = {"model": "tiny", "messages": QUESTION, "max_tokens": 12, "temperature": 0}
    whole = real_client.chat.completions.create(**options)

    chunks = list(real_client.chat.completions.create(**options, stream=True, stream_options={"include_usage": True}))

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == whole.choices[0].finish_reason
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens


def test_whole_answer_leaves_out_calls_and_has_null_where_openai_has(real_server: ServerProcess):
    body = {"model": "tiny", "messages": QUESTION, "max_tokens": 3, "temperature": 0}

    (choice,) = httpx.post(f"{real_server.url}/v1/chat/completions", json=body, timeout=60).json()["choices"]

    assert set(choice) == {"index", "message", "finish_reason", "logprobs"}
    assert set(choice["message"]) == {"role", "content", "refusal"}
    assert (choice["message"]["refusal"], choice["logprobs"]) == (None, None)


@pytest.mark.parametrize("with_usage", [True, False])
def test_every_chunk_has_its_reason_and_usage_where_asked_for(real_server: ServerProcess, with_usage: bool):
    body = {"model": "tiny", "messages": QUESTION, "max_tokens": 5, "temperature": 0, "stream": True}
    body["stream_options"] = {"include_usage": with_usage}

    text = httpx.post(f"{real_server.url}/v1/chat/completions", json=body, timeout=60).text
    *events, done = [event.removeprefix("data: ") for event in text.strip().split("\n\n")]
    chunks = [json.loads(event) for event in events]
    choices = [choice for chunk in chunks for choice in chunk["choices"]]

    assert done == "[DONE]"
    assert len(choices) > 1
    assert [choice["finish_reason"] is None for choice in choices] == [True] * (len(choices) - 1) + [False]
    assert all(None not in choice["delta"].values() for choice in choices)
    usages = [chunk.get("usage", "absent") for chunk in chunks]
    assert usages[:-1] == [None if with_usage else "absent"] * (len(chunks) - 1)
    assert (usages[-1] != "absent") == with_usage


def test_zero_top_p_takes_the_likeliest_token(real_client: openai.OpenAI):
    options = {"model": "tiny", "messages": QUESTION, "max_tokens": 12}

    greedy = real_client.chat.completions.create(**options, temperature=0)
    nucleus = real_client.chat.completions.create(**options, temperature=2, top_p=0)

    assert nucleus.choices[0].message.content == greedy.choices[0].message.content


def test_same_seed_gives_the_same_sample(real_client: openai.OpenAI):
    def sample(seed: int) -> str | None:
        answer = real_client.chat.completions.create(model="tiny", messages=QUESTION, max_tokens=20, seed=seed)
        return answer.choices[0].message.content

    assert sample(1) == sample(1)
    assert len({sample(seed) for seed in range(5)}) > 1


def test_tools_are_taken(real_client: openai.OpenAI):
    options = {"model": "tiny", "messages": QUESTION, "max_tokens": 3, "temperature": 0}

    without = real_client.chat.completions.create(**options)
    answer = real_client.chat.completions.create(**options, tools=[TOOL])

    # The tiny tokenizer has a token for each byte.
    assert answer.usage.prompt_tokens >= without.usage.prompt_tokens + len(json.dumps(TOOL["function"]))


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"stop": ""}, "stop"),
        ({"messages": [*QUESTION, {"role": "assistant", "content": None}]}, "messages.1.content"),
        ({"colour": "red"}, "colour"),
        ({"messages": []}, "messages"),
    ],
)
def test_what_is_not_there_is_refused_by_name(real_server: ServerProcess, extra, param: str):
    body = {"model": "tiny", "messages": QUESTION, **extra}

    answer = httpx.post(f"{real_server.url}/v1/chat/completions", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


def test_unknown_model_is_not_found(real_client: openai.OpenAI):
    for name in ("none", "ft:tiny:local::none"):
        with pytest.raises(openai.NotFoundError, match=name):
            real_client.chat.completions.create(model=name, messages=QUESTION)


def test_model_that_is_not_pulled_says_how_to_get_it(real_client: openai.OpenAI):
    with pytest.raises(openai.NotFoundError, match="tuneport models pull"):
        real_client.chat.completions.create(model="smollm2-135m-instruct", messages=QUESTION)


def test_prompt_beyond_the_context_is_refused(real_client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError) as caught:
        real_client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "x" * 5000}])

    assert caught.value.code == "context_length_exceeded"


def test_engine_killed_in_mid_answer_fails_the_request_and_the_next_one_works(
    real_server: ServerProcess, real_client: openai.OpenAI
):
    real_client.chat.completions.create(model="tiny", messages=QUESTION, max_tokens=1)
    stopped = real_server.engine()
    stopped.suspend()
    outcome = ask_in_thread(real_client)
    # The engine sleeps, so the request can only wait for it; it must have come by then.
    time.sleep(2)

    stopped.send_signal(signal.SIGKILL)
    error = outcome()

    assert isinstance(error, openai.InternalServerError)
    assert (error.status_code, error.code) == (503, "engine_failed")
    again = real_client.chat.completions.create(model="tiny", messages=QUESTION, max_tokens=1, temperature=0)
    assert again.usage.completion_tokens == 1


def test_engine_killed_in_mid_stream_ends_the_stream_with_an_error(
    real_server: ServerProcess, real_client: openai.OpenAI
):
    # The likeliest words, as an answer of words by chance may end before the kill.
    asked = {"messages": QUESTION, "max_tokens": 1500, "temperature": 0}
    stream = real_client.chat.completions.create(model="tiny", stream=True, **asked)
    next(stream)

    real_server.engine().kill()

    with pytest.raises(openai.APIError, match="before the answer did"):
        list(stream)


def ask_in_thread(client: openai.OpenAI):
    """Ask, and give a function that waits for what came of it."""
    came: list[object] = []

    def ask() -> None:
        try:
            came.append(client.chat.completions.create(model="tiny", messages=QUESTION, max_tokens=50))
        except openai.APIError as error:
            came.append(error)

    thread = threading.Thread(target=ask)
    thread.start()

    def outcome() -> object:
        thread.join(60)
        return came[0]

    return outcome


def test_server_that_leaves_ends_its_streams(real_server: ServerProcess, tmp_path: Path):
    (tmp_path / "models").symlink_to(real_server.home / "models")
    leaving = ServerProcess(tmp_path)
    body = {"model": "tiny", "messages": QUESTION, "stream": True, "max_tokens": 1900, "temperature": 0}

    with httpx.stream("POST", f"{leaving.url}/v1/chat/completions", json=body, timeout=60) as answer:
        chunks = answer.iter_bytes()
        next(chunks)
        engine = leaving.engine()
        status = leaving.stop()

    assert status == 0
    assert not engine.is_running()
