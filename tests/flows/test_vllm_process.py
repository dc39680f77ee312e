"""vLLM as the server has it: started, asked, crashed, ended. The program is one that speaks vLLM's routes."""

import json
import time

import psutil
import pytest

from fake_vllm import told, write_fake_vllm
from tiny_model import STOP_TOKEN_ID, byte_tokenizer
from tuneport.core import EngineFailed
from tuneport.inference import EndEvent, Engines, GenerateRequest, VllmOptions

CONTEXT_TOKENS = 2048


@pytest.fixture
def program(tmp_path):
    return write_fake_vllm(tmp_path / "environment" / "bin")


@pytest.fixture
def model_folder(tmp_path):
    """All that the program reads of a model."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    byte_tokenizer().save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def engines(program, tmp_path):
    options = VllmOptions(program, memory_share=0.5, max_rank=20)
    engines = Engines(tmp_path / "logs", idle_seconds=0.0, max_queued=200, vllm=options)
    yield engines
    engines.stop()


@pytest.fixture
def client(engines, model_folder):
    return engines.client_for(model_folder, vllm_context_tokens=CONTEXT_TOKENS)


def request(name, prompt="hello", **others):
    fields = {"max_tokens": 50, "temperature": 0.0} | others
    return GenerateRequest(name, byte_tokenizer().encode(prompt).ids, [STOP_TOKEN_ID], **fields)


def text_of(events):
    return byte_tokenizer().decode([event.token_id for event in events if not isinstance(event, EndEvent)])


def write_adapter(folder):
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps({"r": 8, "lora_alpha": 8}))
    return str(folder)


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_vllm_starts_with_the_first_request_and_ends_when_it_is_idle(client, program, model_folder, tmp_path):
    events = list(client.generate(request("one")))
    (started,) = told(program, "start")
    is_running = psutil.pid_exists(started["pid"])
    client.stop_if_idle()

    assert text_of(events) == "I am base."
    assert events[-1] == EndEvent("one", "stop", cached_tokens=3)
    assert is_running
    assert not psutil.pid_exists(started["pid"])
    assert (started["model"], started["max_model_len"]) == (str(model_folder), CONTEXT_TOKENS)
    assert (started["gpu_memory_utilization"], started["max_lora_rank"]) == (0.5, 32)
    assert (tmp_path / "logs" / "engine-tiny-vllm.log").is_file()


def test_an_answer_ends_at_its_limit_too(client):
    events = list(client.generate(request("one", max_tokens=4)))

    assert text_of(events) == "I am"
    assert events[-1].finish_reason == "length"


def test_each_adapter_is_loaded_once_and_answers_beside_the_others(client, program, tmp_path):
    folders = [write_adapter(tmp_path / name) for name in ("first", "second")]

    texts = [text_of(client.generate(request(f"{n}", adapter_dir=folders[n % 2]))) for n in range(4)]

    assert texts == ["I am first.", "I am second."] * 2
    assert [body["lora_path"] for body in told(program, "/v1/load_lora_adapter")] == folders
    assert told(program, "/v1/unload_lora_adapter") == []


def test_the_adapter_unused_for_longest_makes_way_and_comes_back(client, program, tmp_path):
    folders = [write_adapter(tmp_path / f"adapter{n}") for n in range(65)]

    for n, folder in enumerate([*folders[:64], folders[0], folders[64], folders[1]]):
        text_of(client.generate(request(f"{n}", adapter_dir=folder, max_tokens=1)))

    assert [body["lora_name"] for body in told(program, "/v1/unload_lora_adapter")] == folders[1:3]
    assert [body["lora_name"] for body in told(program, "/v1/load_lora_adapter")] == [*folders, folders[1]]


def test_an_adapter_that_is_gone_fails_its_request_alone(client, tmp_path):
    with pytest.raises(EngineFailed, match="no longer on disk") as failure:
        list(client.generate(request("gone", adapter_dir=str(tmp_path / "gone"))))

    assert failure.value.code == "model_not_found"
    assert text_of(client.generate(request("next"))) == "I am base."


def test_a_crash_of_vllm_fails_the_answer_clearly_and_the_next_request_starts_it_again(client, program):
    with pytest.raises(EngineFailed, match=r"before the answer did.*engine-tiny-vllm\.log") as failure:
        list(client.generate(request("cut", "crash")))
    text = text_of(client.generate(request("next")))

    assert failure.value.code == "engine_failed"
    assert text == "I am base."
    assert len(told(program, "start")) == 2


def test_an_answer_that_cannot_be_read_fails_and_the_next_one_comes(client, program):
    with pytest.raises(EngineFailed, match="can't be read") as failure:
        list(client.generate(request("cut", "mumble")))
    text = text_of(client.generate(request("next")))

    assert failure.value.code == "answer_failed"
    assert text == "I am base."
    assert len(told(program, "start")) == 1


def test_a_killed_process_of_ours_takes_its_vllm_along(client, program):
    stream = client.generate(request("cut", "go on"))
    next(stream)
    vllm = psutil.Process(told(program, "start")[0]["pid"])

    vllm.parent().kill()
    with pytest.raises(EngineFailed):
        list(stream)

    wait_until(lambda: not vllm.is_running())


def test_a_request_that_is_left_frees_its_place(client, program):
    stream = client.generate(request("left", "go on"))
    next(stream)
    (started,) = told(program, "start")

    stream.close()
    client.stop_if_idle()

    wait_until(lambda: not psutil.pid_exists(started["pid"]))


def test_a_vllm_that_does_not_start_fails_with_the_log_named(client, program):
    program.write_text("#!/bin/sh\necho no memory left\nexit 3\n")

    with pytest.raises(EngineFailed, match=r"engine-tiny-vllm\.log"):
        list(client.generate(request("one")))


def test_an_idle_vllm_leaves_before_another_one_starts(engines, client, tmp_path):
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    byte_tokenizer().save(str(other_folder / "tokenizer.json"))
    other = engines.client_for(other_folder, vllm_context_tokens=CONTEXT_TOKENS)

    list(client.generate(request("one")))
    list(other.generate(request("two")))

    assert (client.is_running, other.is_running) == (False, True)


def test_what_vllm_cannot_serve_has_an_engine_of_our_own_beside_it(engines, client, model_folder):
    own = engines.client_for(model_folder, vllm_context_tokens=None)

    assert own is not client
    assert engines.client_for(model_folder, vllm_context_tokens=CONTEXT_TOKENS) is client
