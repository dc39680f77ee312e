import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows

MODEL = "smollm2-135m-instruct"


@pytest.fixture
def file_id(client: openai.OpenAI) -> str:
    return client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id


def refused_job(server: ServerProcess, **body) -> dict[str, str]:
    answer = httpx.post(f"{server.url}/v1/fine_tuning/jobs", json=body)
    assert answer.status_code in (400, 404), answer.text
    return answer.json()["error"]


def test_unknown_model_is_not_found_and_known_ones_are_named(client: openai.OpenAI, file_id: str):
    with pytest.raises(openai.NotFoundError, match=MODEL) as caught:
        client.fine_tuning.jobs.create(model="gpt-99", training_file=file_id)

    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_unknown_training_file_is_refused_at_once(client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError, match="file-nothere") as caught:
        client.fine_tuning.jobs.create(model=MODEL, training_file="file-nothere")

    assert caught.value.param == "training_file"


@pytest.mark.parametrize(
    ("extra", "param", "code"),
    [
        ({"colour": "red"}, "colour", "unknown_parameter"),
        ({"hyperparameters": {"n_epochs": 51}}, "hyperparameters.n_epochs", "invalid_value"),
        ({"hyperparameters": {"batch_size": 0}}, "hyperparameters.batch_size", "invalid_value"),
        (
            {"hyperparameters": {"learning_rate_multiplier": 0}},
            "hyperparameters.learning_rate_multiplier",
            "invalid_value",
        ),
        ({"hyperparameters": {"n_epoch": 3}}, "hyperparameters.n_epoch", "unknown_parameter"),
        ({"method": {"type": "reinforcement"}}, "method.type", "method_planned"),
        ({"method": {"type": "dpo", "supervised": {}}}, "method.supervised", "method_section_differs"),
        ({"method": {"type": "magic"}}, "method.type", "invalid_value"),
        ({"seed": -1}, "seed", "invalid_value"),
        ({"suffix": ""}, "suffix", "invalid_suffix"),
        ({"suffix": "a" * 65}, "suffix", "invalid_suffix"),
        ({"suffix": "a:b"}, "suffix", "invalid_suffix"),
        ({"metadata": {f"k{n}": "v" for n in range(17)}}, "metadata", "invalid_value"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k", "invalid_value"),
        ({"integrations": [{"type": "wandb", "wandb": {"project": "p"}}]}, "integrations", "integrations_planned"),
        ({"validation_file": "file-x"}, "validation_file", "file_not_found"),
        (
            {"tuneport": {"stop_after_worse_epochs": 1}},
            "tuneport.stop_after_worse_epochs",
            "validation_file_missing",
        ),
        ({"tuneport": {"stop_after_worse_epochs": 0}}, "tuneport.stop_after_worse_epochs", "invalid_value"),
        ({"tuneport": {"colour": "red"}}, "tuneport.colour", "unknown_parameter"),
    ],
)
@pytest.mark.requirement("R1.2")
def test_bad_parameter_is_refused_by_name(server: ServerProcess, file_id: str, extra, param: str, code: str):
    error = refused_job(server, **{"model": MODEL, "training_file": file_id, **extra})

    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")


def test_two_places_that_differ_are_refused(server: ServerProcess, file_id: str):
    method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}

    error = refused_job(server, model=MODEL, training_file=file_id, method=method, hyperparameters={"n_epochs": 3})

    assert error["code"] == "hyperparameters_differ"


def test_ended_job_cannot_be_cancelled_and_the_client_does_not_try_again(server: ServerProcess, file_id: str):
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="x") as client:
        job = client.fine_tuning.jobs.create(model=MODEL, training_file=file_id)
        client.fine_tuning.jobs.cancel(job.id)

        with pytest.raises(openai.ConflictError) as caught:
            client.fine_tuning.jobs.cancel(job.id)

    assert f"Job {job.id} is 'cancelled'; only queued, running or paused jobs can be cancelled." in caught.value.message
    assert caught.value.response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("path", ["fine_tuning/jobs/ftjob-x", "fine_tuning/jobs/ftjob-x/events", "models/none"])
def test_what_is_not_there_is_404_in_openai_s_body(server: ServerProcess, path: str):
    answer = httpx.get(f"{server.url}/v1/{path}")

    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_unknown_route_and_wrong_method_have_the_same_body(server: ServerProcess):
    unknown = httpx.get(f"{server.url}/v1/nothing")
    wrong = httpx.put(f"{server.url}/v1/fine_tuning/jobs")

    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_url")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "bad_method")


def test_description_of_the_api_is_there_and_no_page_that_loads_scripts_from_elsewhere(server: ServerProcess):
    pages = [httpx.get(f"{server.url}/{name}") for name in ("docs", "redoc")]

    assert [page.status_code for page in pages] == [404, 404]
    assert "/openapi.json" in pages[0].json()["error"]["message"]
    assert "/v1/chat/completions" in httpx.get(f"{server.url}/openapi.json").json()["paths"]


@pytest.mark.parametrize("query", [{'metadata[a"b]': "1"}, {"metadata[a\\b]": "1"}, {"metadata": "some"}])
def test_metadata_that_cannot_be_looked_for_is_refused(server: ServerProcess, query: dict[str, str]):
    answer = httpx.get(f"{server.url}/v1/fine_tuning/jobs", params=query)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "metadata")


def test_broken_json_is_said_to_be_so(server: ServerProcess):
    answer = httpx.post(
        f"{server.url}/v1/fine_tuning/jobs", content=b'{"model": ', headers={"content-type": "application/json"}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


def test_unknown_cursor_is_refused(client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError, match="'ftjob-x'"):
        client.fine_tuning.jobs.list(after="ftjob-x")


def test_page_of_another_site_may_not_ask(server: ServerProcess):
    rebound = httpx.get(f"{server.url}/v1/models", headers={"host": "evil.example"})
    cross_site = httpx.get(f"{server.url}/v1/models", headers={"origin": "https://evil.example"})
    own = httpx.get(f"{server.url}/v1/models", headers={"origin": "http://localhost:3000"})

    assert (rebound.status_code, cross_site.status_code, own.status_code) == (403, 403, 200)


def test_every_answer_has_its_id_and_time(server: ServerProcess):
    for path in ("health", "v1/nothing"):
        headers = httpx.get(f"{server.url}/{path}").headers
        assert headers["x-request-id"].startswith("req_")
        assert int(headers["openai-processing-ms"]) >= 0
