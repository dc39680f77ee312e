"""Preference jobs over the wire, with a training that only pretends."""

import json

import openai
import pytest

from server_process import chat_rows, wait_for_job
from tuneport.config import RunFolder

MODEL = "smollm2-135m-instruct"
ENDED = ("succeeded", "failed", "cancelled")


def preference_rows(n_rows: int) -> bytes:
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"Count to {number}."}]},
            "preferred_output": [{"role": "assistant", "content": "Gladly."}],
            "non_preferred_output": [{"role": "assistant", "content": "Why?"}],
        }
        for number in range(n_rows)
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def run_job(client: openai.OpenAI, content: bytes, **hyperparameters):
    file = client.files.create(file=("rows.jsonl", content), purpose="fine-tune")
    method = {"type": "dpo", "dpo": {"hyperparameters": hyperparameters}} if hyperparameters else {"type": "dpo"}
    job = client.fine_tuning.jobs.create(model=MODEL, training_file=file.id, method=method)
    return wait_for_job(client, job.id, *ENDED)


def test_preference_rows_become_a_model_with_all_values_resolved(client: openai.OpenAI, server):
    job = run_job(client, preference_rows(10))

    assert job.status == "succeeded"
    assert (job.method.type, job.method.supervised) == ("dpo", None)
    assert job.method.dpo.hyperparameters.model_dump() == {
        "n_epochs": 10,
        "batch_size": 1,
        "learning_rate_multiplier": 1.0,
        "beta": 0.1,
    }
    assert job.hyperparameters.n_epochs == 10
    spec = RunFolder(server.home / "runs" / job.id).read_spec()
    assert (spec.method.kind, spec.method.beta) == ("dpo", 0.1)
    assert spec.optimizer.learning_rate == pytest.approx(7.5e-5)


def test_values_that_are_given_reach_the_run(client: openai.OpenAI, server):
    job = run_job(client, preference_rows(10), n_epochs=2, batch_size=4, beta=0.5, learning_rate_multiplier=3)

    spec = RunFolder(server.home / "runs" / job.id).read_spec()
    assert job.method.dpo.hyperparameters.beta == spec.method.beta == 0.5
    assert (spec.schedule.n_epochs, spec.schedule.batch_size) == (2, 4)
    assert spec.optimizer.learning_rate == pytest.approx(4.5e-4)


def test_metric_events_carry_the_rewards(client: openai.OpenAI):
    job = run_job(client, preference_rows(10))

    data = next(event.data for event in client.fine_tuning.jobs.list_events(job.id) if event.type == "metrics")
    assert data["train_reward_margin"] == 0.7
    assert data["train_mean_token_accuracy"] == 0.8


def test_a_chat_file_fails_the_job_in_the_words_of_openai(client: openai.OpenAI):
    job = run_job(client, chat_rows(10))

    assert (job.error.code, job.error.param) == ("invalid_training_file", "training_file")
    assert job.error.message == (
        f"The job failed due to an invalid training file. Invalid file format. Input file {job.training_file} is in "
        "the fine-tune-chat format, but the specified fine-tuning job is not using 'supervised' as the training method "
        "(provided method=dpo)."
    )


@pytest.mark.parametrize("beta", [0, -1, 2.1, "high"])
def test_beta_is_above_zero_and_at_most_two(client: openai.OpenAI, beta):
    with pytest.raises(openai.BadRequestError) as caught:
        run_job(client, preference_rows(1), beta=beta)

    assert "beta" in caught.value.param
