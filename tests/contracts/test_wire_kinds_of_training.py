"""What only Tuneport has on a job: the kind of adapter, its rank, new tokens, a base model in four bits."""

import openai
import pytest

from server_process import ServerProcess, chat_rows, wait_for_job
from tuneport.config import AdapterSection, RunFolder


@pytest.fixture
def training_file(client: openai.OpenAI) -> str:
    return client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id


def create(client: openai.OpenAI, training_file: str, model: str = "smollm2-135m-instruct", **tuneport: object):
    return client.fine_tuning.jobs.create(model=model, training_file=training_file, extra_body={"tuneport": tuneport})


def test_a_job_without_the_field_is_a_plain_adapter(client: openai.OpenAI, training_file: str):
    job = client.fine_tuning.jobs.create(model="smollm2-135m-instruct", training_file=training_file)

    assert job.tuneport["quantization"] == "none"
    assert job.tuneport["adapter"] == {
        "kind": "lora",
        "rank": 16,
        "alpha": 32,
        "is_rank_stabilized": False,
        "new_tokens": [],
    }


def test_what_was_asked_for_is_on_the_job_and_in_the_runs_spec(
    client: openai.OpenAI, training_file: str, server: ServerProcess
):
    adapter = {"kind": "dora", "rank": 4, "is_rank_stabilized": True, "new_tokens": ["<yes>", "<no>"]}

    job = create(client, training_file, adapter=adapter, quantization="nf4")
    wait_for_job(client, job.id, "succeeded")

    spec = RunFolder(server.home / "runs" / job.id).read_spec()
    assert job.tuneport["adapter"] == {**adapter, "alpha": 8}
    assert job.tuneport["quantization"] == "nf4"
    assert spec.model.quantization == "nf4"
    assert spec.adapter == AdapterSection(
        kind="dora", rank=4, alpha=8, is_rank_stabilized=True, new_tokens=("<yes>", "<no>")
    )


def test_training_every_weight_takes_a_twentieth_of_the_rate(
    client: openai.OpenAI, training_file: str, server: ServerProcess
):
    plain, full = (create(client, training_file, adapter={"kind": kind}) for kind in ("lora", "full"))

    rates = []
    for job in (plain, full):
        wait_for_job(client, job.id, "succeeded")
        rates.append(RunFolder(server.home / "runs" / job.id).read_spec().optimizer.learning_rate)

    assert rates[1] == pytest.approx(rates[0] / 20)
    assert full.tuneport["adapter"]["rank"] is None


@pytest.mark.parametrize(
    ("tuneport", "code"),
    [
        ({"adapter": {"kind": "full"}, "quantization": "nf4"}, "full_tuning_of_quantized_model"),
        ({"adapter": {"kind": "full", "rank": 8}}, "full_tuning_has_no_rank"),
    ],
)
def test_what_cannot_be_had_together_is_refused(client: openai.OpenAI, training_file: str, tuneport, code):
    with pytest.raises(openai.BadRequestError) as refusal:
        create(client, training_file, **tuneport)

    assert refusal.value.code == code


@pytest.mark.requirement("R5.3")
def test_a_continued_model_keeps_what_it_was_tuned_with(client: openai.OpenAI, training_file: str):
    first = create(client, training_file, adapter={"kind": "dora", "rank": 4, "new_tokens": ["<yes>"]})
    model = wait_for_job(client, first.id, "succeeded").fine_tuned_model

    second = client.fine_tuning.jobs.create(model=model, training_file=training_file)
    with pytest.raises(openai.BadRequestError) as refusal:
        create(client, training_file, model, adapter={"rank": 8})

    assert second.tuneport["adapter"] == {**first.tuneport["adapter"], "new_tokens": []}
    assert refusal.value.code == "tuning_of_continued_model"


def test_a_model_with_all_weights_trained_and_new_tokens_answers(real_client: openai.OpenAI):
    training_file = real_client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id
    adapter = {"kind": "full", "new_tokens": ["Say"]}
    job = create(real_client, training_file, "tiny", adapter=adapter)
    model = wait_for_job(real_client, job.id, "succeeded", "failed", seconds=240).fine_tuned_model

    prompts = []
    for name in ("tiny", model):
        answer = real_client.chat.completions.create(
            model=name, messages=[{"role": "user", "content": "Say 3."}], max_tokens=8, temperature=0
        )
        prompts.append(answer.usage.prompt_tokens)

    # Three letters are three tokens of the base model, and one of the tuned one.
    assert prompts[0] - prompts[1] == 2
