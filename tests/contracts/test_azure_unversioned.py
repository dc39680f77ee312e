"""`/openai/v1/…`: the plain OpenAI client, pointed at Azure's address without versions."""

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows, wait_for_job

MODEL = "smollm2-135m-instruct"


def client_of(server: ServerProcess, prefix: str) -> openai.OpenAI:
    """Not the strict client: OpenAI's list of statuses lacks 'pending', which Azure answers there."""
    return server.client(strict=False, prefix=prefix)


@pytest.mark.parametrize("prefix", ["/openai/v1", "/api/projects/demo/openai/v1"])
@pytest.mark.requirement("R3.1")
def test_job_runs_in_openai_s_words_but_begins_pending(server: ServerProcess, client: openai.OpenAI, prefix: str):
    with client_of(server, prefix) as azure:
        file = azure.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")

        job = azure.fine_tuning.jobs.create(model=MODEL, training_file=file.id)
        ended = wait_for_job(azure, job.id, "succeeded")
        same = client.fine_tuning.jobs.retrieve(job.id)

        assert (job.status, job.result_files, job.hyperparameters.n_epochs) == ("pending", [], "auto")
        assert ended == same
        assert ended.fine_tuned_model.startswith(f"ft:{MODEL}:")
        assert azure.models.delete(ended.fine_tuned_model).deleted
        assert azure.files.delete(file.id).deleted


@pytest.mark.parametrize("headers", [{"api-key": "none"}, {"authorization": "Bearer none"}])
@pytest.mark.parametrize("query", ["", "?api-version=preview", "?api-version=v1"])
def test_version_may_be_left_out_and_either_key_header_is_taken(server: ServerProcess, headers, query: str):
    assert httpx.get(f"{server.url}/openai/v1/models{query}", headers=headers).status_code == 200


def test_dated_version_is_refused_in_openai_s_words(server: ServerProcess):
    answer = httpx.get(f"{server.url}/openai/v1/models?api-version=2024-10-21")

    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "api-version"
    assert "AzureOpenAI" in answer.json()["error"]["message"]


def test_error_has_openai_s_words(server: ServerProcess):
    with client_of(server, "/openai/v1") as azure, pytest.raises(openai.NotFoundError) as caught:
        azure.fine_tuning.jobs.retrieve("ftjob-nothere")

    assert caught.value.code == "job_not_found"
