"""The main job through the command, with real training and a real engine, on a tiny model with random weights."""

import json
from functools import partial

import pytest

from server_process import chat_rows
from tiny_model import write_tiny_model
from tuneport_command import run_tuneport


@pytest.fixture
def tuneport(tmp_path):
    return partial(run_tuneport, home=tmp_path / "home", seconds=300)


def test_a_file_becomes_a_measured_model_that_answers(tuneport, tmp_path):
    rows = chat_rows(16).splitlines(keepends=True)
    for name, part in (("train.jsonl", rows[:12]), ("validation.jsonl", rows[12:])):
        (tmp_path / name).write_bytes(b"".join(part))
    pulled = tuneport("models", "pull", write_tiny_model(tmp_path / "tiny-source"), "--name", "tiny")
    assert pulled.returncode == 0, pulled.stderr

    options = ("--validation", tmp_path / "validation.jsonl", "--model", "tiny", "--n-epochs", "1", "--json")
    done = tuneport("run", tmp_path / "train.jsonl", *options)

    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["status"] == "succeeded"
    assert document["data_report"]["n_rows"] == 12
    assert document["forecast"]["seconds"] > 0
    assert {score["n_rows"] for score in document["comparison"]["results"].values()} == {4}
    assert document["comparison"]["verdict"]
    answered = tuneport("chat", document["model"], "--message", "Say 3.")
    assert answered.returncode == 0, answered.stderr
