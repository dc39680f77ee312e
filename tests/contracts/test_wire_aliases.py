import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows, wait_for_job

ALIAS = "gpt-4o-mini-2024-07-18"
BASE = "smollm2-135m-instruct"


def add_alias(server: ServerProcess, alias: str, model: str) -> dict[str, str]:
    answer = httpx.post(f"{server.url}/v1/tuneport/aliases", json={"alias": alias, "model": model})
    return answer.raise_for_status().json()


@pytest.mark.requirement("R7.2")
def test_job_asked_for_by_an_alias_shows_it_and_what_it_stands_for(client: openai.OpenAI, server: ServerProcess):
    add_alias(server, ALIAS, BASE)
    file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")

    job = client.fine_tuning.jobs.create(model=ALIAS, training_file=file.id, suffix="mine")
    ended = wait_for_job(client, job.id, "succeeded")

    assert (job.model, job.to_dict()["tuneport"]["base_model"]) == (ALIAS, BASE)
    assert ended.fine_tuned_model.startswith(f"ft:{ALIAS}:local:mine:")
    assert client.models.retrieve(ended.fine_tuned_model).id == ended.fine_tuned_model


def test_alias_is_listed_and_says_what_it_stands_for(client: openai.OpenAI, server: ServerProcess):
    add_alias(server, ALIAS, BASE)

    listed = {model.id: model.to_dict() for model in client.models.list()}

    assert listed[ALIAS]["tuneport"] == {"base_model": BASE}
    assert client.models.retrieve(ALIAS).to_dict() == listed[ALIAS]
    assert "tuneport" not in listed[BASE]


@pytest.mark.requirement("R7.2")
def test_alias_answers_and_the_answer_says_who_did(real_client: openai.OpenAI, real_server: ServerProcess):
    add_alias(real_server, ALIAS, "tiny")
    question = [{"role": "user", "content": "What comes after 3?"}]

    answer = real_client.chat.completions.create(model=ALIAS, messages=question, max_tokens=3)

    assert answer.model == "tiny"


def test_removed_alias_answers_nothing(client: openai.OpenAI, server: ServerProcess):
    add_alias(server, "short-lived", BASE)

    removed = httpx.delete(f"{server.url}/v1/tuneport/aliases/short-lived")

    assert removed.json() == {"object": "tuneport.alias", "alias": "short-lived", "deleted": True}
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("short-lived")


@pytest.mark.parametrize("path", ["images/generations", "assistants", "vector_stores", "audio/speech"])
def test_what_is_out_of_scope_says_so(server: ServerProcess, path: str):
    answers = [
        httpx.post(f"{server.url}{prefix}/{path}{query}", json={})
        for prefix, query in (("/v1", ""), ("/openai", "?api-version=2024-10-21"), ("/openai/v1", ""))
    ]

    for answer in answers:
        assert answer.status_code == 404
        assert "Tuneport does not do" in answer.json()["error"]["message"]
    assert answers[0].json()["error"]["code"] == "not_supported_here"
