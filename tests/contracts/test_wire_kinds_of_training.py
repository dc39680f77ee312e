"""What only Tuneport has on a job: the kind of adapter, its rank, new tokens, a base model in four bits."""

import openai
import pytest
from safetensors import safe_open

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
        "dropout": 0.0,
        "targets": [],
        "new_tokens": [],
    }
    assert job.tuneport["training"] == {}


def test_what_was_asked_for_is_on_the_job_and_in_the_runs_spec(
    client: openai.OpenAI, training_file: str, server: ServerProcess
):
    adapter = {"kind": "dora", "rank": 4, "is_rank_stabilized": True, "new_tokens": ["<yes>", "<no>"]}

    job = create(client, training_file, adapter=adapter, quantization="nf4")
    wait_for_job(client, job.id, "succeeded")

    spec = RunFolder(server.home / "runs" / job.id).read_spec()
    assert job.tuneport["adapter"] == {**adapter, "alpha": 8, "dropout": 0.0, "targets": []}
    assert job.tuneport["quantization"] == "nf4"
    assert spec.model.quantization == "nf4"
    assert spec.adapter == AdapterSection(
        kind="dora", rank=4, alpha=8, is_rank_stabilized=True, new_tokens=("<yes>", "<no>")
    )


@pytest.mark.requirement("R18.2")
def test_what_a_job_chooses_of_its_training_is_on_it_and_in_the_runs_spec(
    client: openai.OpenAI, training_file: str, server: ServerProcess
):
    chosen = {"longest_row_tokens": 500, "weight_decay": 0.01, "decay": "linear", "recompute_activations": True}

    job = create(client, training_file, training=chosen, adapter={"dropout": 0.1, "targets": ["q_proj"]})
    wait_for_job(client, job.id, "succeeded")

    spec = RunFolder(server.home / "runs" / job.id).read_spec()
    assert job.tuneport["training"] == chosen
    assert spec.model.longest_row_tokens == 500
    assert (spec.optimizer.weight_decay, spec.schedule.decay, spec.runtime.recompute_activations) == (
        0.01,
        "linear",
        True,
    )
    assert (spec.adapter.dropout, spec.adapter.targets) == (0.1, ("q_proj",))


@pytest.mark.requirement("R19.1")
def test_a_preset_trains_as_it_says_and_shows_on_the_job(
    client: openai.OpenAI, training_file: str, server: ServerProcess
):
    job = create(client, training_file, preset="qlora-24gb", training={"longest_row_tokens": 500})
    done = wait_for_job(client, job.id, "succeeded")

    spec = RunFolder(server.home / "runs" / job.id).read_spec()
    assert (job.tuneport["adapter"]["rank"], job.tuneport["adapter"]["alpha"]) == (256, 128)
    assert job.tuneport["training"]["decay"] == "constant"
    assert (done.hyperparameters.n_epochs, done.hyperparameters.batch_size) == (3, 8)
    assert (spec.optimizer.learning_rate, spec.model.quantization) == (2e-4, "nf4")
    assert spec.model.longest_row_tokens == 500


def test_an_unknown_preset_is_refused_with_those_there_are(client: openai.OpenAI, training_file: str):
    with pytest.raises(openai.BadRequestError, match="qlora-24gb"):
        create(client, training_file, preset="qlora-12gb")


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
        ({"adapter": {"kind": "full", "targets": ["q_proj"]}}, "full_tuning_has_no_rank"),
        ({"training": {"longest_row_tokens": 10_000}}, "longest_row_beyond_context"),
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


@pytest.mark.requirement("R18.2")
def test_an_adapter_on_some_layers_answers_and_is_gone_on_with(real_server: ServerProcess, real_client: openai.OpenAI):
    training_file = real_client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id
    names = ["tiny"]
    for choice in (
        {"adapter": {"dropout": 0.2, "targets": ["q_proj", "down_proj"]}},
        {"training": {"warmup_share": 0}},
    ):
        job = create(real_client, training_file, names[-1], **choice)
        names.append(wait_for_job(real_client, job.id, "succeeded", seconds=240).fine_tuned_model)
        for adapter in (real_server.home / "runs" / job.id).glob("checkpoints/*/adapter_model.safetensors"):
            with safe_open(adapter, "np") as tensors:
                assert {name.split(".")[-3] for name in tensors.keys()} == {"q_proj", "down_proj"}  # noqa: SIM118

    answer = real_client.chat.completions.create(
        model=names[-1], messages=[{"role": "user", "content": "Say 3."}], max_tokens=4
    )

    assert answer.usage.completion_tokens > 0


def test_a_layer_that_the_model_has_not_fails_the_job_with_those_it_has(real_client: openai.OpenAI):
    training_file = real_client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id

    job = create(real_client, training_file, "tiny", adapter={"targets": ["query"]})
    failed = wait_for_job(real_client, job.id, "failed", seconds=240)

    assert failed.error.code == "unknown_adapter_target"
    assert "q_proj" in failed.error.message


def test_a_row_is_cut_where_the_job_says(real_server: ServerProcess, real_client: openai.OpenAI):
    training_file = real_client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id
    report = f"/files/{training_file}/report?parts=statistics&model=tiny"
    shortest = real_client.get(report, cast_to=dict)["statistics"]["tokens"]["min"]
    longest = shortest - 2
    cut = real_client.get(f"{report}&longest_row_tokens={longest}", cast_to=dict)["statistics"]["cut"]

    job = create(real_client, training_file, "tiny", training={"longest_row_tokens": longest})
    wait_for_job(real_client, job.id, "succeeded", seconds=240)

    events = list(real_client.fine_tuning.jobs.list_events(job.id, limit=100))
    assert cut["n_rows"] == 10
    assert f"longer than {longest} tokens, cut at the end" in "\n".join(event.message for event in events)


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
