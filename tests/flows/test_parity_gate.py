"""Is what is served what was trained? Asked of real engines, about every kind of training."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date

import pytest

from kinds_of_training import KINDS
from tiny_exports import RunsOfKinds, checkpoint_of, write_base_model
from training_runs import new_run, train, write_rows
from tuneport.catalog import find_model, model_folder, pull
from tuneport.config import Settings
from tuneport.inference import Engines
from tuneport.weights import ReferenceAnswers
from tuneport.workspace.parity_gate import ParityGate

MODEL = "ft:tiny:local::abc"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A home folder with the tiny model."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    pull(str(write_base_model(home / "source")), settings, name="tiny", on_progress=lambda progress: None)
    return settings


@pytest.fixture(scope="module")
def run_of(settings, tmp_path_factory):
    folder = model_folder(find_model("tiny", settings), settings)
    return RunsOfKinds(tmp_path_factory.mktemp("runs"), folder)


@pytest.fixture(scope="module")
def engines(settings):
    engines = Engines(settings.logs, idle_seconds=600, max_queued=8)
    yield engines
    engines.stop()


@pytest.fixture
def gate(settings, engines):
    return ParityGate(settings, engines)


@pytest.fixture
def copied(run_of, tmp_path):
    """A copy of a checkpoint, to be changed."""
    return shutil.copytree(checkpoint_of(run_of("lora")), tmp_path / "copy")


def judge(gate, checkpoint):
    return gate.judge(MODEL, "tiny", checkpoint, on_wait=lambda: None)


def change_references(checkpoint, change):
    """Change what the run is said to have answered."""
    record = json.loads(ReferenceAnswers.read(checkpoint).model_dump_json())
    change(record)
    ReferenceAnswers.model_validate(record).write(checkpoint)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_training_is_served_as_it_was_trained(gate, run_of, kind):
    verdict = judge(gate, checkpoint_of(run_of(kind)))

    assert not verdict.is_refused
    assert verdict.message.startswith("Served as trained: ")
    assert verdict.record["n_prompts"] == 6
    assert verdict.record["largest_difference"] < 1e-4


def test_a_template_that_tells_the_date_is_compared_as_of_the_day_of_training(settings, engines, tmp_path):
    source = write_base_model(tmp_path / "source")
    template = source / "chat_template.jinja"
    template.write_text("It is {{ strftime_now('%d %b %Y') }}.\n" + template.read_text())
    base = pull(str(source), settings, name="dated", on_progress=lambda progress: None)
    run = new_run(tmp_path / "run", model_folder(base, settings), write_rows(tmp_path / "rows.jsonl", 6), n_epochs=1)
    run.write_spec(run.read_spec().model_copy(update={"day": date(2020, 2, 29)}))
    assert train(run) == 0

    verdict = ParityGate(settings, engines).judge(MODEL, "dated", checkpoint_of(run), on_wait=lambda: None)

    assert verdict.message.startswith("Served as trained: ")


@pytest.mark.requirement("R18.5")
def test_weights_that_are_not_those_of_the_run_are_refused(gate, run_of, copied):
    shutil.copy(checkpoint_of(run_of("rslora")) / "adapter_model.safetensors", copied)
    shutil.copy(checkpoint_of(run_of("rslora")) / "adapter_config.json", copied)

    verdict = judge(gate, copied)

    assert verdict.is_refused
    assert verdict.record is None
    assert f"The model {MODEL} is not served as it was trained" in verdict.message
    assert str(copied) in verdict.message


def test_a_prompt_that_is_tokenized_otherwise_is_refused_and_named(gate, copied):
    def lose_a_token(record):
        answer = record["answers"][0]["answer"]
        answer["prompt_ids"] = answer["prompt_ids"][:-1]

    change_references(copied, lose_a_token)

    verdict = judge(gate, copied)

    assert verdict.is_refused
    assert ReferenceAnswers.read(copied).answers[0].name in verdict.message


def test_another_stop_token_is_refused(gate, copied):
    change_references(copied, lambda record: record["stop_token_ids"].append(7))

    assert judge(gate, copied).is_refused


def test_a_run_that_kept_no_answers_is_not_judged(gate, copied):
    (copied / "reference_answers.json").unlink()

    assert judge(gate, copied) is None


def test_the_owner_can_switch_the_gate_off(settings, engines, copied):
    change_references(copied, lambda record: record["stop_token_ids"].append(7))

    assert judge(ParityGate(replace(settings, check_parity=False), engines), copied) is None


def test_where_nobody_can_be_asked_the_model_is_not_refused(engines, copied, tmp_path):
    """It may be right; the job says that nothing was compared."""
    without_base = ParityGate(Settings(home=tmp_path), engines)

    verdict = judge(without_base, copied)

    assert (verdict.is_refused, verdict.record) == (False, None)
    assert "could not be compared" in verdict.message


def test_what_the_caller_raises_while_it_waits_ends_the_comparison(gate, run_of):
    def interrupt():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        gate.judge(MODEL, "tiny", checkpoint_of(run_of("dora")), on_wait=interrupt)
