"""Azure's versioned dialect, by the official AzureOpenAI client over a real server whose training pretends."""

import csv
import http.client
import io
import time
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from server_process import PATIENCE_SECONDS, ServerProcess, chat_rows, messages, wait_for_job

MODEL = "smollm2-135m-instruct"
VERSION = {"api-version": "2024-10-21"}
SAME_FIELDS = (
    "id",
    "object",
    "created_at",
    "finished_at",
    "estimated_finish",
    "status",
    "model",
    "organization_id",
    "training_file",
    "validation_file",
    "result_files",
    "seed",
    "trained_tokens",
    "error",
    "metadata",
)
"""Fields of an ended job that both dialects have alike."""


def create_job(client: openai.AzureOpenAI, **options):
    file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")
    return client.fine_tuning.jobs.create(model=MODEL, training_file=file.id, **options)


def ended_job(azure: openai.AzureOpenAI, **options) -> str:
    job_id = create_job(azure, **options).id
    wait_for_job(azure, job_id, "succeeded", "failed")
    return job_id


def wait_for_event(client: openai.AzureOpenAI, job_id: str, start: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(message.startswith(start) for message in messages(client, job_id)):
        assert time.monotonic() < deadline, messages(client, job_id)[-5:]
        time.sleep(0.05)


@pytest.fixture(scope="module")
def azure(server: ServerProcess):
    with server.azure_client() as client:
        yield client


@pytest.fixture
def strict(server: ServerProcess):
    with server.azure_client(strict=True) as client:
        yield client


@pytest.fixture(scope="module")
def job_id(azure: openai.AzureOpenAI) -> str:
    return ended_job(azure, seed=105, suffix="bot", metadata={"team": "a"})


@pytest.mark.requirement("R3.1")
def test_one_job_is_the_same_through_both_clients(
    job_id: str, azure: openai.AzureOpenAI, client: openai.OpenAI, strict: openai.AzureOpenAI
):
    ours = client.fine_tuning.jobs.retrieve(job_id)
    theirs = strict.fine_tuning.jobs.retrieve(job_id)

    assert {name: getattr(theirs, name) for name in SAME_FIELDS} == {name: getattr(ours, name) for name in SAME_FIELDS}
    assert theirs.hyperparameters == ours.hyperparameters
    assert theirs.organisation_id == ours.organization_id
    assert theirs.suffix == ours.user_provided_suffix == "bot"
    tail = ours.fine_tuned_model.rpartition(":")[2].encode().hex()
    assert theirs.fine_tuned_model == f"{MODEL}.ft-{tail}-bot"
    assert job_id in [job.id for job in azure.fine_tuning.jobs.list(limit=1)]


@pytest.mark.requirement("R3.1")
def test_new_job_is_pending_with_minus_one_for_auto_and_says_where_it_is(
    server: ServerProcess, azure: openai.AzureOpenAI
):
    file = azure.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")

    answer = azure.fine_tuning.jobs.with_raw_response.create(
        model=MODEL, training_file=file.id, hyperparameters={"n_epochs": -1}
    )

    job = answer.parse()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{server.url}/openai/fine_tuning/jobs/{job.id}?api-version=2024-10-21"
    assert (job.status, job.result_files, job.fine_tuned_model) == ("pending", None, None)
    assert (job.hyperparameters.n_epochs, job.hyperparameters.batch_size) == (-1, -1)
    assert httpx.get(answer.headers["location"]).json()["id"] == job.id


def test_events_have_azure_s_words_and_levels(azure: openai.AzureOpenAI):
    job_id = ended_job(azure, extra_body={"hyperparameters": {"prompt_loss_weight": 0.1}})

    events = azure.fine_tuning.jobs.list_events(job_id, limit=200).data

    assert events[0].message == "Job succeeded."
    name = azure.fine_tuning.jobs.retrieve(job_id).fine_tuned_model
    assert events[1].message == f"New fine-tuned model created: {name}"
    steps = [event.message for event in events if event.type == "metrics"]
    assert steps[0] == "Step 100: training loss=0.14"
    warnings = [event.message.split()[0] for event in events if event.level == "warning"]
    assert warnings == ["prompt_loss_weight"]


def test_training_type_is_shown_and_told(azure: openai.AzureOpenAI):
    job_id = ended_job(azure, extra_body={"trainingType": "developerTier"})

    told = [event.message for event in azure.fine_tuning.jobs.list_events(job_id, limit=200).data]

    job = azure.fine_tuning.jobs.retrieve(job_id)
    assert (job.to_dict()["trainingType"], job.to_dict()["tuneport"]["gives_way"]) == ("developerTier", True)
    assert sum(message.startswith(("trainingType 'developerTier': ", "The job gives way")) for message in told) == 2


def test_checkpoints_end_with_the_model_and_have_azure_s_ids(job_id: str, strict: openai.AzureOpenAI):
    pages = strict.fine_tuning.jobs.checkpoints.list(job_id, limit=2)

    checkpoints = list(pages)

    assert [checkpoint.step_number for checkpoint in checkpoints] == [100, 90, 80]
    assert all(checkpoint.id.startswith("ftchkpt-") for checkpoint in checkpoints)
    final = strict.fine_tuning.jobs.retrieve(job_id).fine_tuned_model
    assert [checkpoint.fine_tuned_model_checkpoint for checkpoint in checkpoints] == [
        final,
        f"{final}:ckpt-step-90",
        f"{final}:ckpt-step-80",
    ]
    for checkpoint in checkpoints:
        assert strict.models.retrieve(checkpoint.id).id == checkpoint.fine_tuned_model_checkpoint


@pytest.mark.requirement("R3.7")
def test_result_file_has_each_dialect_s_columns(job_id: str, client: openai.OpenAI, strict: openai.AzureOpenAI):
    (file_id,) = strict.fine_tuning.jobs.retrieve(job_id).result_files

    theirs = list(csv.DictReader(io.StringIO(strict.files.content(file_id).text)))
    ours = list(csv.DictReader(io.StringIO(client.files.content(file_id).text)))

    assert list(theirs[0]) == [
        "step",
        "train_loss",
        "train_mean_token_accuracy",
        "valid_loss",
        "validation_mean_token_accuracy",
        "full_valid_loss",
        "full_valid_mean_token_accuracy",
    ]
    assert len(theirs) == len(ours) == 100
    assert [row["train_loss"] for row in theirs] == [row["train_loss"] for row in ours]
    assert [row["train_mean_token_accuracy"] for row in theirs] == [row["train_accuracy"] for row in ours]


def test_preference_job_has_its_values_in_the_method(azure: openai.AzureOpenAI, client: openai.OpenAI):
    method = {"type": "dpo", "dpo": {"beta": 0.2, "l2_multiplier": 0}}

    job = create_job(azure, method=method, hyperparameters={"n_epochs": 2})

    assert job.method.dpo.beta == 0.2
    assert job.hyperparameters.n_epochs == 2
    assert client.fine_tuning.jobs.retrieve(job.id).method.dpo.hyperparameters.beta == 0.2


def test_model_in_azure_s_spelling_is_what_a_job_goes_on_from(
    job_id: str, azure: openai.AzureOpenAI, client: openai.OpenAI
):
    parent = azure.fine_tuning.jobs.retrieve(job_id).fine_tuned_model
    file = azure.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")

    child = azure.fine_tuning.jobs.create(model=parent, training_file=file.id)

    assert child.tuneport["parent_model"] == parent
    ours = client.fine_tuning.jobs
    assert ours.retrieve(child.id).tuneport["parent_model"] == ours.retrieve(job_id).fine_tuned_model


@pytest.mark.requirement("R7.4")
def test_models_say_what_they_can(job_id: str, strict: openai.AzureOpenAI):
    tuned = strict.fine_tuning.jobs.retrieve(job_id).fine_tuned_model

    models = {model.id: model for model in strict.models.list()}

    assert models[tuned].fine_tune == job_id
    assert models[tuned].model == MODEL
    assert models[MODEL].capabilities == {
        "fine_tune": True,
        "inference": True,
        "completion": True,
        "chat_completion": True,
        "embeddings": False,
    }
    assert models[MODEL].lifecycle_status == "generally-available"
    assert set(models[MODEL].deprecation) == {"fine_tune", "inference"}


def test_file_is_made_with_201_listed_without_pages_and_deleted_with_204(
    server: ServerProcess, strict: openai.AzureOpenAI
):
    answer = strict.files.with_raw_response.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")
    file = answer.parse()

    assert answer.status_code == 201
    assert answer.headers["location"] == f"{server.url}/openai/files/{file.id}?api-version=2024-10-21"
    assert file.id in [each.id for each in strict.files.list()]
    deleted = httpx.delete(f"{server.url}/openai/files/{file.id}", params=VERSION)
    assert (deleted.status_code, deleted.content) == (204, b"")
    with pytest.raises(openai.NotFoundError):
        strict.files.retrieve(file.id)


def test_cancel_needs_neither_a_body_nor_its_length(
    server: ServerProcess, azure: openai.AzureOpenAI, strict: openai.AzureOpenAI
):
    job_id = create_job(azure).id
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.putrequest("POST", f"/openai/fine_tuning/jobs/{job_id}/cancel?api-version=2024-10-21")
    connection.endheaders()

    answer = connection.getresponse()

    assert answer.status == 200
    assert strict.fine_tuning.jobs.retrieve(job_id).status == "cancelled"
    connection.close()


def test_ended_job_is_deleted_with_204_and_its_model_stays(
    server: ServerProcess, azure: openai.AzureOpenAI, client: openai.OpenAI, strict: openai.AzureOpenAI
):
    job_id = ended_job(azure)
    job = strict.fine_tuning.jobs.retrieve(job_id)

    deleted = httpx.delete(f"{server.url}/openai/fine_tuning/jobs/{job_id}", params=VERSION)

    assert (deleted.status_code, deleted.content) == (204, b"")
    for call in (strict.fine_tuning.jobs.retrieve, strict.fine_tuning.jobs.list_events):
        with pytest.raises(openai.NotFoundError):
            call(job_id)
    assert job_id not in [each.id for each in client.fine_tuning.jobs.list()]
    assert strict.models.retrieve(job.fine_tuned_model).id == job.fine_tuned_model
    assert strict.files.content(job.result_files[0]).text.startswith("step,train_loss,")


def test_running_job_is_paused_resumes_and_is_not_deleted_meanwhile(start_server):
    server = start_server("hangs-if-asked")
    hang = server.home / "runs" / "hang"
    hang.parent.mkdir(exist_ok=True)
    hang.touch()
    azure = server.azure_client()
    job_id = create_job(azure).id
    wait_for_event(azure, job_id, "Step 85: ")

    running = httpx.delete(f"{server.url}/openai/fine_tuning/jobs/{job_id}", params=VERSION)
    paused = azure.fine_tuning.jobs.pause(job_id)
    wait_for_event(azure, job_id, "Training process ended after step 85")
    hang.unlink()
    resumed = azure.fine_tuning.jobs.resume(job_id)

    assert (running.status_code, running.json()["error"]["code"]) == (409, "conflict")
    assert paused.status == "paused"
    assert resumed.status in ("resuming", "running")
    wait_for_job(azure, job_id, "succeeded")
    azure.close()


def test_errors_have_azure_s_envelope_through_the_client(azure: openai.AzureOpenAI):

    with pytest.raises(openai.NotFoundError) as missing:
        azure.fine_tuning.jobs.retrieve("ftjob-nothere")
    with pytest.raises(openai.BadRequestError) as refused:
        create_job(azure, hyperparameters={"n_epochs": 0})

    assert missing.value.code == "notFound"
    assert set(missing.value.body) == {"code", "message", "target", "details", "innererror"}
    assert (refused.value.code, refused.value.body["target"]) == ("invalidPayload", "hyperparameters.n_epochs")
    assert refused.value.body["innererror"] == {"code": "invalid_value"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/openai/files", 400, "invalidPayload"),
        ("GET", "/openai/files?api-version=soon", 400, "invalidPayload"),
        ("GET", "/openai/nothing?api-version=2024-10-21", 404, "notFound"),
        ("PUT", "/openai/models?api-version=2024-10-21", 405, "invalidPayload"),
        ("GET", "/subscriptions/s?api-version=2024-10-21", 404, "notFound"),
        ("GET", "/openai/assistants?api-version=2024-10-21", 404, "notFound"),
    ],
)
def test_paths_that_are_not_there_have_azure_s_envelope_too(server: ServerProcess, method, path, status, code):
    answer = httpx.request(method, server.url + path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_page_of_another_site_is_refused_in_azure_s_envelope(server: ServerProcess):
    answer = httpx.get(f"{server.url}/openai/models", params=VERSION, headers={"origin": "https://evil.example"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_log_says_which_dialects_were_spoken(server: ServerProcess, job_id: str):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "first request in the dialect 'Azure, versioned'" not in server.log_file.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_both_dialects_have_alike_is_answered_below_azure_s_prefix_too(strict: openai.AzureOpenAI):
    upload = strict.uploads.create(bytes=10, filename="rows.jsonl", mime_type="text/jsonl", purpose="fine-tune")

    assert strict.uploads.cancel(upload.id).status == "cancelled"
    assert strict.batches.list(limit=1).object == "list"
    with pytest.raises(openai.NotFoundError) as caught:
        strict.batches.retrieve("batch_nothere")
    assert caught.value.code == "notFound"
