import csv
import io

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows, messages, wait_for_job

MODEL = "smollm2-135m-instruct"
ENDED = ("succeeded", "failed", "cancelled")


def upload(client: openai.OpenAI, content: bytes) -> str:
    return client.files.create(file=("rows.jsonl", content), purpose="fine-tune").id


def run_job(client: openai.OpenAI, content: bytes, **options):
    job = client.fine_tuning.jobs.create(model=MODEL, training_file=upload(client, content), **options)
    return wait_for_job(client, job.id, *ENDED)


@pytest.mark.requirement("R1.1", "R1.3", "R1.6")
def test_ten_rows_become_a_model_as_at_the_hosted_service(client: openai.OpenAI):
    job = run_job(client, chat_rows(10), suffix="ten", seed=42, metadata={"team": "a"})

    assert job.status == "succeeded"
    assert job.hyperparameters.n_epochs == job.method.supervised.hyperparameters.n_epochs == 10
    assert (job.seed, job.metadata, job.trained_tokens, job.error) == (42, {"team": "a"}, 4480, None)
    assert job.fine_tuned_model.startswith(f"ft:{MODEL}:local:ten:")
    assert client.models.retrieve(job.fine_tuned_model).owned_by == "local"


@pytest.mark.requirement("R1.4")
def test_events_tell_the_whole_story_newest_first(client: openai.OpenAI):
    job = run_job(client, chat_rows(10))

    told = messages(client, job.id)
    name = job.fine_tuned_model
    assert told[:3] == [
        f"Created fine-tuning job: {job.id}",
        f"Validating training file: {job.training_file}",
        "Files validated, moving job to queued state",
    ]
    assert [text for text in told if text.startswith("Checkpoint")] == [
        f"Checkpoint created at step {step} with Snapshot ID: {name}:ckpt-step-{step}" for step in (80, 90)
    ]
    assert told[-2:] == [f"New fine-tuned model created: {name}", "The job has successfully completed"]
    assert sum(text.startswith("Step ") for text in told) == 100


@pytest.mark.requirement("R1.4")
def test_metric_events_have_openai_s_numbers(client: openai.OpenAI):
    job = run_job(client, chat_rows(10), validation_file=upload(client, chat_rows(3)))

    events = [event for event in client.fine_tuning.jobs.list_events(job.id) if event.type == "metrics"]
    assert events[0].message == "Step 100/100: training loss=0.14, validation loss=0.31"
    assert set(events[0].data) == {
        "step",
        "total_steps",
        "train_loss",
        "train_mean_token_accuracy",
        "valid_loss",
        "valid_mean_token_accuracy",
    }


@pytest.mark.requirement("R1.4")
def test_checkpoints_are_listed_and_are_models(client: openai.OpenAI):
    job = run_job(client, chat_rows(10))

    checkpoints = client.fine_tuning.jobs.checkpoints.list(job.id).data

    assert [checkpoint.step_number for checkpoint in checkpoints] == [90, 80]
    assert checkpoints[0].id.startswith("ftckpt_")
    assert checkpoints[0].metrics.train_loss == 0.14
    assert client.models.retrieve(checkpoints[0].fine_tuned_model_checkpoint).object == "model"


@pytest.mark.requirement("R1.4")
def test_result_file_is_openai_s_csv(client: openai.OpenAI):
    job = run_job(client, chat_rows(10))

    file = client.files.retrieve(job.result_files[0])
    rows = list(csv.reader(io.StringIO(client.files.content(file.id).text)))

    assert file.purpose == "fine-tune-results"
    assert rows[0] == ["step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy"]
    assert [row[0] for row in rows[1:]] == [str(step) for step in range(1, 101)]


@pytest.mark.requirement("R1.5")
def test_nine_rows_fail_in_the_job_not_in_the_request(client: openai.OpenAI):
    job = run_job(client, chat_rows(9))

    assert job.status == "failed"
    assert (job.error.code, job.error.param) == ("invalid_n_examples", "training_file")
    assert job.error.message == "Training file has 9 example(s), but must have at least 10 examples"


@pytest.mark.requirement("R1.5")
def test_bad_validation_file_is_named(client: openai.OpenAI):
    job = run_job(client, chat_rows(10), validation_file=upload(client, b'{"messages": []}\n'))

    assert (job.error.code, job.error.param) == ("invalid_validation_file", "validation_file")


def test_older_place_of_hyperparameters_works_too(client: openai.OpenAI):
    job = run_job(client, chat_rows(10), hyperparameters={"n_epochs": 2, "batch_size": "auto"})

    assert (job.hyperparameters.n_epochs, job.hyperparameters.batch_size) == (2, 1)
    assert job.method.supervised.hyperparameters.n_epochs == 2


def test_seed_is_drawn_where_none_is_given(client: openai.OpenAI):
    file = upload(client, chat_rows(9))

    seeds = {client.fine_tuning.jobs.create(model=MODEL, training_file=file).seed for _ in range(3)}

    assert len(seeds) > 1


def test_jobs_are_listed_newest_first_and_by_metadata(client: openai.OpenAI):
    file = upload(client, chat_rows(9))
    jobs = [
        client.fine_tuning.jobs.create(model=MODEL, training_file=file, metadata={"n": str(n)}).id for n in range(3)
    ]

    first_page = client.fine_tuning.jobs.list(limit=2)

    assert [job.id for job in first_page.data] == jobs[:0:-1]
    assert first_page.has_more
    assert client.fine_tuning.jobs.list(limit=1, after=jobs[1]).data[0].id == jobs[0]
    found = client.fine_tuning.jobs.list(metadata={"n": "1"})
    assert [job.id for job in found] == [jobs[1]]


def test_null_metadata_lists_only_jobs_without_any(client: openai.OpenAI):
    file = upload(client, chat_rows(9))
    plain, _, newest_plain, _ = [
        client.fine_tuning.jobs.create(model=MODEL, training_file=file, **extra).id
        for extra in ({}, {"metadata": {"n": "1"}}, {}, {"metadata": {"n": "2"}})
    ]

    first = client.fine_tuning.jobs.list(limit=1, extra_query={"metadata": "null"})
    second = client.fine_tuning.jobs.list(limit=1, after=newest_plain, extra_query={"metadata": "null"})

    assert first.has_more
    assert [job.id for job in (*first.data, *second.data)] == [newest_plain, plain]


@pytest.mark.requirement("R7.2")
def test_alias_of_a_model_is_resolved_on_the_job(client: openai.OpenAI):
    job = client.fine_tuning.jobs.create(
        model="HuggingFaceTB/SmolLM2-135M-Instruct", training_file=upload(client, chat_rows(9))
    )

    assert job.model == MODEL


def test_progress_tells_steps_and_result(server: ServerProcess, client: openai.OpenAI):
    job = run_job(client, chat_rows(10))

    progress = httpx.get(f"{server.url}/v1/tuneport/jobs/{job.id}/progress").json()

    assert (progress["step"], progress["total_steps"], progress["n_epochs"]) == (100, 100, 10)
    assert progress["status"] == "succeeded"
    assert progress["tokens_per_second"] == 100
    assert progress["result"]["trained_tokens"] == 4480


def test_deleted_model_is_gone_and_its_checkpoints_stay(server: ServerProcess, client: openai.OpenAI):
    job = run_job(client, chat_rows(10))

    assert client.models.delete(job.fine_tuned_model).deleted

    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(job.fine_tuned_model)
    assert client.models.retrieve(f"{job.fine_tuned_model}:ckpt-step-90").object == "model"
    kept = sorted(path.name for path in (server.home / "runs" / job.id / "checkpoints").iterdir())
    assert kept == ["000080", "000090"]


def test_base_model_cannot_be_deleted(client: openai.OpenAI):
    with pytest.raises(openai.BadRequestError, match="only tuned models"):
        client.models.delete(MODEL)


@pytest.mark.requirement("R7.4")
def test_models_list_has_base_and_tuned_ones(client: openai.OpenAI):
    job = run_job(client, chat_rows(10))

    owners = {model.id: model.owned_by for model in client.models.list()}

    assert owners[MODEL] == "tuneport"
    assert owners[job.fine_tuned_model] == "local"
