"""The examples for OpenAI's client, run as they are: only address, key and model are told to them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import openai
import pytest

from server_process import ServerProcess

EXAMPLES = Path(__file__).parents[2] / "examples"
OUR_OWN_EVENTS = ("Hyperparameters", "Training data", "Took ", "Served as trained")
OPENAI_EVENTS = [
    "Created fine-tuning job",
    "Validating training file",
    "Files validated, moving job to queued state",
    "Fine-tuning job started",
    "Checkpoint created at step 80 with Snapshot ID",
    "Checkpoint created at step 90 with Snapshot ID",
    "New fine-tuned model created",
    "The job has successfully completed",
]


def run(server: ServerProcess, script: Path, *arguments: str) -> list[str]:
    """Give the lines that it prints."""
    environment = os.environ | {"OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_API_KEY": "none"}
    done = subprocess.run(
        [sys.executable, script, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def said(lines: list[str], beginning: str) -> list[str]:
    """Give what follows this beginning in each line that has it."""
    return [line.removeprefix(beginning) for line in lines if line.startswith(beginning)]


@pytest.fixture(scope="module")
def continued(real_server: ServerProcess) -> list[str]:
    return run(real_server, EXAMPLES / "continuous" / "continuous.py", "tiny")


@pytest.mark.requirement("R1.1", "R1.3", "R1.4")
def test_ten_rows_are_a_hundred_steps_with_openai_s_events_in_order(real_server: ServerProcess):
    lines = run(real_server, EXAMPLES / "limericks" / "ten_rows.py", "tiny")

    told = [line.partition(": ")[2].partition(": ")[0] for line in lines if line.startswith(("message: ", "metrics: "))]
    steps = [text for text in told if text.startswith("Step ")]
    assert steps == [f"Step {step}/100" for step in range(1, 101)]
    assert [text for text in told if not text.startswith(("Step ", *OUR_OWN_EVENTS))] == OPENAI_EVENTS
    assert told.index(OPENAI_EVENTS[3]) < told.index(steps[0])
    assert told.index(steps[-1]) < told.index(OPENAI_EVENTS[-2])
    assert said(lines, "result file: ")[0].startswith("100 steps of step,train_loss,train_accuracy")
    assert [name[-2:] for name in said(lines, "checkpoint: ")] == ["90", "80"]
    assert len(said(lines, "answer: ")) == 2


@pytest.mark.requirement("R5.1", "R5.2")
def test_second_job_goes_on_from_the_model_of_the_first(continued: list[str]):
    (first,), (second,) = said(continued, "first model: "), said(continued, "second model: ")

    assert first.startswith("ft:tiny:local:berths:")
    assert second.startswith("ft:tiny:local:berths-winds:")
    assert said(continued, "base model of the second: ") == ["tiny"]
    assert said(continued, "lineage of the second: ") == [first]
    assert len(said(continued, "  first, step 10: ")) == 1
    assert said(continued, "  base: ") != said(continued, "  second: ")


def test_tuned_model_calls_a_function_and_answers_with_its_result(real_server: ServerProcess, tmp_path: Path):
    folder = EXAMPLES / "function-calling"
    script = Path(shutil.copy(folder / "function_calling.py", tmp_path))
    # One row again and again is what a model of two layers can learn in seconds.
    first_row = (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "train.jsonl").write_text(f"{first_row}\n" * 10, encoding="utf-8")

    lines = run(real_server, script, "tiny", "40")

    asked = lines.index("question: Do you have any kale?")
    assert lines[asked + 1 : asked + 3] == [
        'call: find_seeds({"plant": "kale"}) gives {"shelf": 4, "packets": 9}',
        "answer: Shelf 4, 9 packets.",
    ]


@pytest.mark.requirement("R2.4", "R5.3")
def test_pairs_move_a_tuned_model_towards_the_preferred_answers(
    real_server: ServerProcess, real_client: openai.OpenAI, continued: list[str]
):
    (first,), (second,) = said(continued, "first model: "), said(continued, "second model: ")

    lines = run(real_server, EXAMPLES / "preference" / "preference.py", second, "20")

    assert real_client.fine_tuning.jobs.list(limit=1).data[0].tuneport["lineage"] == [first, second]
    columns = "step, train_loss, train_accuracy, valid_loss, valid_mean_token_accuracy"
    assert said(lines, "result file: ") == [f"25 steps of {columns}"]
    assert [float(margin) for margin in said(lines, "step 1: loss 0.693, reward margin ")] == [0]
    assert float(said(lines, "step 25: ")[0].split()[-1]) > 0
    share = said(lines, "held-out pairs: ")[0].rpartition(" ")[2]
    assert int(share.removesuffix("%")) > 50
