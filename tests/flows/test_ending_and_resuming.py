"""How runs end before their last step, and go on after any: early stopping, advice, a stop at any micro-batch."""

import json

import pytest

from training_runs import losses, new_run, train, write_rows
from tuneport.train.run import execute_run
from tuneport.weights import find_damage, list_checkpoints, read_manifest


@pytest.fixture
def rows(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", 22)


@pytest.fixture
def contrary_rows(tmp_path):
    """What the training rows teach makes the answers of these less likely."""
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"What comes after {number}?"},
                {"role": "assistant", "content": "zzzz"},
            ]
        }
        for number in range(4)
    ]
    path = tmp_path / "contrary.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def change_spec(run, section, **values):
    spec = run.read_spec()
    run.write_spec(spec.model_copy(update={section: getattr(spec, section).model_copy(update=values)}))
    return run


def told(run, kind):
    return [event.message for event in run.read_events()[0] if event.kind == kind]


def numbers(run):
    """Give all that was measured at each step but the time that it took."""
    return {metrics.step: metrics.model_copy(update={"seconds": 0}) for metrics in run.read_metrics()[0]}


def adapter_bytes(run):
    return (run.path / run.read_result().checkpoint / "adapter_model.safetensors").read_bytes()


def stop_at(n_looks):
    """Give a question that is answered with yes from the n-th time on that it is asked: once per micro-batch."""
    looks = iter(range(1, 10_000))
    return lambda: next(looks) >= n_looks


def test_run_whose_validation_loss_turns_ends_early_with_the_best_epoch(tmp_path, tiny_model_dir, rows, contrary_rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, validation_file=contrary_rows, n_epochs=20)
    change_spec(run, "cadence", stop_after_worse_epochs=4)

    status = train(run)

    result = run.read_result()
    by_step = {step: metrics.full_valid_loss for step, metrics in numbers(run).items() if metrics.full_valid_loss}
    best_step = min(by_step, key=by_step.get)
    assert status == 0
    assert result.steps == max(by_step) == best_step + 4 * 6 < 20 * 6
    assert (result.checkpoint_step, result.checkpoint) == (best_step, f"checkpoints/{best_step:06d}")
    assert result.final_valid_loss == by_step[best_step]
    assert find_damage(run.checkpoint_dir(best_step)) is None
    assert told(run, "noted")[1:] == [
        f"Stopped early after epoch {result.steps // 6} of 20: full validation loss has not improved for 4 epoch(s). "
        f"The model is that of epoch {best_step // 6}, step {best_step}, with a validation loss of "
        f"{by_step[best_step]:.3f}."
    ]


def test_run_that_was_killed_after_it_ended_early_ends_there_again(tmp_path, tiny_model_dir, rows, contrary_rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, validation_file=contrary_rows, n_epochs=20)
    change_spec(run, "cadence", stop_after_worse_epochs=2)
    train(run)
    before, result, said = numbers(run), run.read_result(), told(run, "noted")
    run.result_file.unlink()

    train(run)

    assert numbers(run) == before
    assert told(run, "noted") == said
    lasting = {"checkpoint", "checkpoint_step", "steps", "trained_tokens", "final_train_loss", "final_valid_loss"}
    assert run.read_result().model_dump(include=lasting) == result.model_dump(include=lasting)


def test_validation_loss_that_turns_is_warned_of_once_over_all_attempts(tmp_path, tiny_model_dir, rows, contrary_rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, validation_file=contrary_rows, n_epochs=8)
    train(run)
    for folder in list_checkpoints(run.checkpoints):
        (folder / "manifest.json").write_text("no JSON")
    run.result_file.unlink()

    train(run)

    advice = [message for message in told(run, "warned") if message.startswith("Full validation loss rose from")]
    assert len(advice) == 1
    assert "Checkpoint 000048: manifest.json cannot be read; the run begins anew" in told(run, "warned")


def test_training_loss_that_does_not_move_is_warned_of(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, n_epochs=4, learning_rate=1e-9)

    train(run)

    assert [message[:30] for message in told(run, "warned")] == ["Training loss has not moved: i"]


def test_run_that_is_stopped_at_any_micro_batch_goes_on_with_the_same_numbers(tmp_path, tiny_model_dir, rows):
    held_out = write_rows(tmp_path / "held_out.jsonl", 5)
    options = {"validation_file": held_out, "n_epochs": 2, "batch_size": 8, "dropout": 0.1}
    unbroken = new_run(tmp_path / "unbroken", tiny_model_dir, rows, **options)
    train(unbroken)

    n_unmeasured = 0
    for n_looks in range(1, 40):
        run = new_run(tmp_path / f"stopped_{n_looks}", tiny_model_dir, rows, **options)
        if execute_run(run, stop_at(n_looks)) == 0:
            break
        saved = [read_manifest(folder) for folder in list_checkpoints(run.checkpoints)]
        n_unmeasured += any(manifest.unmeasured for manifest in saved)
        train(run)
        assert numbers(run) == numbers(unbroken)
        assert adapter_bytes(run) == adapter_bytes(unbroken)
        assert run.read_result().trained_tokens == unbroken.read_result().trained_tokens
        saved_steps = [event.step for event in run.read_events()[0] if event.kind == "checkpoint_saved"]
        assert saved_steps == [3, 6]

    assert n_looks > 10
    assert n_unmeasured == 5


@pytest.mark.requirement("R1.8")
def test_another_seed_gives_another_adapter_and_the_same_seed_the_same_bytes(tmp_path, tiny_model_dir, rows):
    runs = [new_run(tmp_path / name, tiny_model_dir, rows, dropout=0.1) for name in ("first", "second", "other")]
    runs[2].write_spec(runs[2].read_spec().model_copy(update={"seed": 8}))

    for run in runs:
        train(run)

    first, second, other = map(adapter_bytes, runs)
    assert first == second
    assert first != other
    assert losses(runs[0]) == losses(runs[1]) != losses(runs[2])


def test_checkpoint_whose_event_a_kill_has_taken_is_told_of_by_the_next_attempt(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, n_epochs=3)
    train(run)
    saved = [event.step for event in run.read_events()[0] if event.kind == "checkpoint_saved"]
    lines = run.events_file.read_bytes().splitlines(keepends=True)
    run.events_file.write_bytes(b"".join(lines[: _place_of_last_checkpoint(lines)]))
    run.result_file.unlink()

    train(run)

    assert [event.step for event in run.read_events()[0] if event.kind == "checkpoint_saved"] == saved


def _place_of_last_checkpoint(lines):
    return max(place for place, line in enumerate(lines) if b'"checkpoint_saved"' in line)
