"""`tuneport run` on preference rows and on raw text, in earnest on a tiny model."""

import json
import os
import subprocess
import sys

import httpx
import pytest

PATIENCE_SECONDS = 240
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "jetty", "knoll", "larch")


def pair(word):
    return {
        "input": {"messages": [{"role": "user", "content": f"Say {word}."}]},
        "preferred_completion": [{"role": "assistant", "content": word}],
        "non_preferred_completion": [{"role": "assistant", "content": f"Well, {word}!"}],
    }


def text_row(word):
    return {"prompt": f"{word} =>", "completion": f" {word.upper()}"}


@pytest.fixture
def tuneport(real_server, tmp_path):
    def run(command, rows, *options):
        for name, part in (("train", rows[:10]), ("validation", rows[10:])):
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
        on_tiny = ("--endpoint", real_server.url, "--model", "tiny")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TUNEPORT_")}
        return subprocess.run(
            [sys.executable, "-m", "tuneport.cli", *command, tmp_path / "train.jsonl", *options, *on_tiny],
            env=environment | {"TUNEPORT_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    return run


def test_a_preference_run_is_measured_on_pairs_and_served(real_server, tuneport, tmp_path):
    validation = ("--validation", tmp_path / "validation.jsonl")
    options = ("--method", "dpo", "--beta", "0.5", "--n-epochs", "2", "--learning-rate-multiplier", "13", "--json")

    done = tuneport(["run"], list(map(pair, WORDS)), *validation, *options)

    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["job"]["method"]["dpo"]["hyperparameters"]["beta"] == 0.5
    assert document["comparison"] is None
    preferences = document["preferences"]
    assert (preferences["n_pairs"], preferences["share"]) == (2, preferences["n_right"] / 2)
    assert preferences["verdict"] in done.stderr
    assert "pairs right" in done.stderr
    assert document["served"]["question"] == "Say knoll."
    url = f"{real_server.url}/v1/tuneport/jobs/{document['job']['id']}/preferences"
    assert httpx.get(url).json() == preferences


def test_a_run_on_raw_text_is_compared_by_raw_prompts(tuneport, tmp_path):
    options = ("--validation", tmp_path / "validation.jsonl", "--n-epochs", "1", "--json")

    done = tuneport(["run"], list(map(text_row, WORDS)), *options)

    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["comparison"]["results"]["tuned"]["n_rows"] == 2
    # A raw prompt has one token a byte here, and no chat template around it.
    assert document["comparison"]["results"]["tuned"]["prompt_tokens_mean"] == len("knoll =>")
    assert [row["expected"] for row in document["answers"]] == [" KNOLL", " LARCH"]
    assert document["served"] is None
    assert "trained as raw text, without the model's chat template" in done.stderr
    assert "raw prompts" in done.stderr


def test_a_job_without_pairs_has_no_measured_preferences(real_server, real_client):
    rows = b"".join(json.dumps(text_row(word)).encode() + b"\n" for word in WORDS)
    file = real_client.files.create(file=("rows.jsonl", rows), purpose="fine-tune")
    job = real_client.fine_tuning.jobs.create(model="tiny", training_file=file.id)
    real_client.fine_tuning.jobs.cancel(job.id)

    answer = httpx.get(f"{real_server.url}/v1/tuneport/jobs/{job.id}/preferences")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "preferences_not_found")


def test_the_check_knows_preference_rows(tuneport):
    good = tuneport(["data", "check"], list(map(pair, WORDS)), "--method", "dpo", "--json")
    bad = tuneport(["data", "check"], list(map(pair, WORDS)), "--json")

    assert (good.returncode, json.loads(good.stdout)["format"]) == (0, "preference")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["errors"][0]["code"] == "wrong_format"


def test_beta_without_dpo_is_a_wrong_use(tuneport):
    done = tuneport(["run"], list(map(text_row, WORDS)), "--beta", "0.5")

    assert done.returncode == 2
    assert "has no beta" in " ".join(done.stderr.split())
