"""Training runs as the server starts them: a process, a run folder, and nothing else between them."""

import signal

import pytest
from safetensors.numpy import load_file

from training_runs import losses, new_run, start_training, train, wait_for_step, write_rows
from tuneport.weights import find_damage, list_checkpoints


def same_adapter(left, right):
    tensors, others = (
        load_file(run.path / run.read_result().checkpoint / "adapter_model.safetensors") for run in (left, right)
    )
    return tensors.keys() == others.keys() and all((tensors[name] == others[name]).all() for name in tensors)


@pytest.fixture
def rows(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", 22)


def test_a_run_learns_and_leaves_everything_that_the_run_folder_promises(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, validation_file=rows, n_epochs=8)

    status = train(run)

    result, report, metrics = run.read_result(), run.read_data_report(), run.read_metrics()[0]
    assert status == 0
    assert result.steps == 8 * 6 == len(metrics)
    assert metrics[-1].train_loss < metrics[0].train_loss / 2
    assert report.n_rows == 22
    assert report.tokens_to_compute < report.tokens
    assert result.trained_tokens == report.tokens * 8
    assert metrics[1].valid_loss is not None
    assert metrics[5].full_valid_loss is not None
    assert result.final_valid_loss == metrics[-1].full_valid_loss
    assert run.read_forecast().seconds > 0
    events = run.read_events()[0]
    kinds = [event.kind for event in events]
    assert (kinds[:2], kinds[-2:]) == (["noted", "started"], ["noted", "finished"])
    assert "the forecast" in events[-2].message


def test_a_run_tells_what_its_rows_are_as_text_and_as_numbers(tmp_path, tiny_model_dir, rows):
    lines = rows.read_text().splitlines()
    rows.write_text("\n".join([*lines, lines[0], lines[0]]))
    run = new_run(tmp_path / "run", tiny_model_dir, rows, n_epochs=1)

    train(run)

    told, report = run.read_events()[0][0], run.read_data_report()
    assert told.message.startswith(
        f"Training data: 24 rows of {report.tokens:,} tokens, {report.loss_tokens:,} of them"
    )
    assert told.data == {
        "n_rows": 24,
        "n_rows_cut": 0,
        "n_rows_without_loss": 0,
        "n_rows_repeated": 2,
        "tokens": report.tokens,
        "loss_tokens": report.loss_tokens,
        "tokens_to_compute": report.tokens_to_compute,
    }


def test_the_last_three_epochs_stay_as_checkpoints_and_each_is_sound(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, n_epochs=5)

    train(run)

    folders = list_checkpoints(run.checkpoints)
    assert [folder.name for folder in folders] == ["000018", "000024", "000030"]
    assert [find_damage(folder) for folder in folders] == [None] * 3


def test_a_killed_run_goes_on_with_the_losses_of_an_unbroken_one(tmp_path, tiny_model_dir, rows):
    unbroken = new_run(tmp_path / "unbroken", tiny_model_dir, rows, n_epochs=30, dropout=0.1)
    killed = new_run(tmp_path / "killed", tiny_model_dir, rows, n_epochs=30, dropout=0.1)
    train(unbroken)

    process = start_training(killed)
    wait_for_step(killed, process, 8)
    process.kill()
    process.wait()
    assert killed.read_result() is None
    status = train(killed)

    assert status == 0
    assert losses(killed) == losses(unbroken)
    assert same_adapter(killed, unbroken)
    assert [event.step for event in killed.read_events()[0] if event.kind == "started"][1] > 1


def test_a_stopped_run_saves_where_it_is_and_goes_on_there(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, n_epochs=50)

    process = start_training(run)
    wait_for_step(run, process, 2)
    process.send_signal(signal.SIGTERM)
    status = process.wait(timeout=30)
    n_done = len(losses(run))
    train(run)

    assert status == 143
    assert n_done < 300
    assert len(run.read_metrics()[0]) == 300
    assert run.read_result().steps == 300


def test_a_damaged_checkpoint_is_refused_and_the_one_before_it_is_used(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows)
    train(run)
    run.result_file.unlink()
    adapter = list_checkpoints(run.checkpoints)[-1] / "adapter_model.safetensors"
    content = bytearray(adapter.read_bytes())
    content[-1] ^= 1
    adapter.write_bytes(content)
    before = losses(run)

    train(run)

    warnings = [event.message for event in run.read_events()[0] if event.kind == "warned"]
    assert warnings == [
        "Checkpoint 000018: adapter_model.safetensors does not have the hash of its manifest; that of step 12 is used"
    ]
    assert losses(run) == before
    assert run.read_result().steps == 18


def test_a_run_that_lacks_only_its_result_writes_it(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows)
    train(run)
    result = run.read_result()
    run.result_file.unlink()

    train(run)

    assert run.read_result().final_train_loss == result.final_train_loss


def test_rows_without_a_trained_token_fail_the_run_before_it_trains(tmp_path, tiny_model_dir):
    rows = write_rows(tmp_path / "rows.jsonl", 12, weight=0)
    run = new_run(tmp_path / "run", tiny_model_dir, rows)

    status = train(run)

    failed = run.read_events()[0][-1]
    assert status == 1
    assert (failed.kind, failed.code) == ("failed", "no_trained_tokens")
    assert run.read_metrics()[0] == []


@pytest.mark.requirement("R1.2")
def test_rows_that_are_too_long_are_cut_and_named(tmp_path, tiny_model_dir):
    rows = write_rows(tmp_path / "rows.jsonl", 12)
    long_row = '{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "%s"}]}\n'
    rows.write_text(rows.read_text() + long_row % ("x" * 1000))
    run = new_run(tmp_path / "run", tiny_model_dir, rows)

    train(run)

    assert run.read_data_report().cut_lines == [13]
    assert "1 training row(s) longer than 512 tokens, cut at the end: line 13" in [
        event.message for event in run.read_events()[0]
    ]


def test_a_loss_that_is_not_a_number_fails_the_run_and_names_step_and_lines(tmp_path, tiny_model_dir, rows):
    run = new_run(tmp_path / "run", tiny_model_dir, rows, learning_rate=1e30)

    status = train(run)

    failed = run.read_events()[0][-1]
    assert status == 1
    assert failed.code == "loss_not_finite"
    assert failed.message.startswith("Step ")
    assert run.read_result() is None
