"""Preference pairs and raw text, trained as the server does it: a run folder and nothing else."""

import json

import pytest

from training_runs import losses, new_run, start_training, train, wait_for_step
from tuneport.config import MethodSection

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "jetty", "knoll", "larch")


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def pair(word):
    """A taste that can be learned: the short answer is preferred."""
    return {
        "input": {"messages": [{"role": "user", "content": f"Say {word}."}]},
        "preferred_output": [{"role": "assistant", "content": word}],
        "non_preferred_output": [{"role": "assistant", "content": f"Well, {word} it is!"}],
    }


def preference_run(folder, model_folder, training_file, **options):
    run = new_run(folder, model_folder, training_file, learning_rate=1e-3, **options)
    run.write_spec(run.read_spec().model_copy(update={"method": MethodSection(kind="dpo", beta=0.5)}))
    return run


@pytest.fixture
def pairs(tmp_path):
    return write_lines(tmp_path / "pairs.jsonl", map(pair, WORDS))


def test_preference_tuning_makes_the_preferred_answer_likelier_on_pairs_that_it_did_not_see(
    tmp_path, tiny_model_dir, pairs
):
    held_out = write_lines(tmp_path / "held_out.jsonl", map(pair, ("mossy", "ocean", "plume", "quart")))
    run = preference_run(tmp_path / "run", tiny_model_dir, pairs, validation_file=held_out, n_epochs=6)

    status = train(run)

    metrics = run.read_metrics()[0]
    assert status == 0
    # A model that is its own reference has no margin: the loss is that of a coin, and no pair is right yet.
    assert metrics[0].train_loss == pytest.approx(0.6931, abs=1e-3)
    assert metrics[0].extra["reward_margin"] == pytest.approx(0, abs=1e-4)
    assert metrics[-1].train_accuracy == 1
    assert metrics[-1].extra["reward_margin"] > 0.1
    assert metrics[-1].full_valid_accuracy == 1
    assert run.count_references("validation") == 4


def test_pairs_whose_prompt_was_trained_are_measured_and_not_counted_as_held_out(tmp_path, tiny_model_dir, pairs):
    held_out = write_lines(tmp_path / "held_out.jsonl", map(pair, ("mossy", "amber", "ocean", "birch")))
    run = preference_run(tmp_path / "run", tiny_model_dir, pairs, validation_file=held_out, n_epochs=6)

    train(run)

    last = run.read_metrics()[0][-1]
    warnings = [event.message for event in run.read_events()[0] if event.kind == "warned"]
    assert (last.full_valid_accuracy, last.n_unseen, last.n_unseen_right) == (1, 2, 2)
    assert any(message.startswith("2 validation pair(s) with a prompt that training has, too") for message in warnings)
    assert any(message.endswith("line 2, 4") for message in warnings)


def test_a_killed_preference_run_goes_on_with_the_losses_of_an_unbroken_one(tmp_path, tiny_model_dir, pairs):
    unbroken = preference_run(tmp_path / "unbroken", tiny_model_dir, pairs, n_epochs=20, dropout=0.1)
    killed = preference_run(tmp_path / "killed", tiny_model_dir, pairs, n_epochs=20, dropout=0.1)
    train(unbroken)

    process = start_training(killed)
    wait_for_step(killed, process, 5)
    process.kill()
    process.wait()
    assert killed.read_result() is None
    train(killed)

    assert losses(killed) == losses(unbroken)
    assert [event.step for event in killed.read_events()[0] if event.kind == "started"][1] > 1


def test_a_pair_of_which_one_answer_is_cut_away_is_left_out_and_named(tmp_path, tiny_model_dir):
    long_pair = pair("x" * 600)
    file = write_lines(tmp_path / "pairs.jsonl", [pair("amber"), long_pair, pair("birch")])
    run = preference_run(tmp_path / "run", tiny_model_dir, file, n_epochs=1)

    train(run)

    report = run.read_data_report()
    assert (report.n_rows, report.cut_lines, report.lines_without_loss) == (3, [2], [2])


def test_rows_of_prompt_and_completion_are_learned_with_their_end(tmp_path, tiny_model_dir):
    rows = [{"prompt": f"{word} =>", "completion": f" {word.upper()}"} for word in WORDS]
    run = new_run(tmp_path / "run", tiny_model_dir, write_lines(tmp_path / "rows.jsonl", rows), n_epochs=10)

    status = train(run)

    metrics, report = run.read_metrics()[0], run.read_data_report()
    assert status == 0
    # " AMBER" in bytes, and the token that ends it.
    assert report.loss_tokens == sum(len(row["completion"]) + 1 for row in rows)
    assert metrics[-1].train_loss < metrics[0].train_loss / 2
