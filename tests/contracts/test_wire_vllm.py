"""A server that is told to let vLLM answer. The program is one that speaks vLLM's routes."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import openai
import psutil
import pytest

from fake_vllm import told, write_fake_vllm
from server_process import ServerProcess, chat_rows, wait_for_job
from tiny_model import write_tiny_model

SETTINGS = """
vllm_command = "{program}"
vllm_without_gpu = true
vllm_memory_share = 0.25
# What answers here is no model.
check_parity = false
"""
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fake_vllm(tmp_path_factory.mktemp("environment") / "bin")


@pytest.fixture(scope="module")
def vllm_server(tmp_path_factory: pytest.TempPathFactory, program: Path) -> Iterator[ServerProcess]:
    home = tmp_path_factory.mktemp("vllm_home")
    (home / "settings.toml").write_text(SETTINGS.format(program=program))
    server = ServerProcess(home)
    source = write_tiny_model(tmp_path_factory.mktemp("vllm_tiny"))
    request = {"source": str(source), "name": "tiny"}
    httpx.post(f"{server.url}/v1/tuneport/models", json=request, timeout=60).raise_for_status()
    yield server
    server.stop()
    assert not psutil.pid_exists(told(program, "start")[-1]["pid"])


@pytest.fixture
def client(vllm_server: ServerProcess) -> Iterator[openai.OpenAI]:
    with vllm_server.client() as client:
        yield client


def ask(client: openai.OpenAI, content: str = "Who are you?", **others):
    options = {"model": "tiny", "max_tokens": 40} | others
    return client.chat.completions.create(messages=[{"role": "user", "content": content}], **options)


def test_the_answer_of_vllm_is_the_answer_of_the_server(client: openai.OpenAI, program: Path):
    answer = ask(client, temperature=0.5, seed=7, logprobs=True, top_logprobs=2)

    (choice,) = answer.choices
    assert (choice.message.content, choice.finish_reason) == ("I am base.", "stop")
    assert answer.usage.prompt_tokens_details.cached_tokens == 3
    assert [len(token.top_logprobs) for token in choice.logprobs.content] == [2] * len("I am base.")
    assert told(program, "start")[0]["gpu_memory_utilization"] == 0.25
    asked = told(program, "/v1/completions")[0]
    assert (asked["temperature"], asked["seed"], asked["max_tokens"]) == (0.5, 7, 40)
    assert len(asked["prompt"]) == answer.usage.prompt_tokens


def test_a_schema_reaches_vllm_as_its_grammar(client: openai.OpenAI, program: Path):
    form = {"type": "json_schema", "json_schema": {"name": "count", "schema": SCHEMA, "strict": True}}

    ask(client, response_format=form)

    grammar = told(program, "/v1/completions")[-1]["structured_outputs"]["grammar"]
    schema = json.loads(grammar.partition("%json ")[2])
    assert schema["properties"] == SCHEMA["properties"]


def test_a_crash_is_a_failure_that_says_so_and_the_next_answer_comes(client: openai.OpenAI):
    with pytest.raises(openai.APIStatusError, match="before the answer did") as failure:
        ask(client, "Please crash.")
    answer = ask(client)

    assert (failure.value.status_code, failure.value.code) == (503, "engine_failed")
    assert answer.choices[0].message.content == "I am base."


def test_a_tuned_model_answers_by_its_adapter_in_the_same_vllm(client: openai.OpenAI, program: Path):
    training = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id
    method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1, "batch_size": 5}}}
    job = client.fine_tuning.jobs.create(model="tiny", training_file=training, method=method)
    tuned = wait_for_job(client, job.id, "succeeded", "failed", seconds=240).fine_tuned_model
    n_starts = len(told(program, "start"))

    answers = [ask(client, model=model).choices[0].message.content for model in (tuned, "tiny", tuned)]

    (loaded,) = told(program, "/v1/load_lora_adapter")
    assert answers == [
        f"I am {Path(loaded['lora_path']).name}.",
        "I am base.",
        f"I am {Path(loaded['lora_path']).name}.",
    ]
    assert (Path(loaded["lora_path"]) / "adapter_model.safetensors").is_file()
    assert len(told(program, "start")) <= n_starts + 1
