import os
import re
import threading
from contextlib import closing
from datetime import UTC, datetime

import psutil
import pytest
from sqlalchemy import select

from tuneport.config import RunEvent, RunFolder
from tuneport.core import JsonLinesWriter, StorageFull
from tuneport.jobs import JobStatus, Tuning, cancel_job
from tuneport.jobs.following import follow
from tuneport.jobs.training import _failure
from tuneport.store import ModelRow


def steps_of_folders(workbench, job_id: str) -> list[int]:
    return sorted(int(name) for name in os.listdir(workbench.environment.run_folder(job_id).checkpoints))


def test_ten_rows_give_a_hundred_steps_two_checkpoints_and_the_model(workbench):
    job = workbench.train(workbench.add_job(suffix="demo"), threading.Event())

    assert job.status == JobStatus.SUCCEEDED
    assert re.fullmatch(r"ft:tiny:local:demo:[A-Za-z0-9]{8}", job.tuned_model)
    assert workbench.steps_told(job.id) == list(range(1, 101))
    name = job.tuned_model
    assert workbench.model_names() == [f"{name}:ckpt-step-80", f"{name}:ckpt-step-90", name]


def test_events_come_in_the_order_of_the_hosted_service(workbench):
    job = workbench.train(workbench.add_job(), threading.Event())

    messages = workbench.messages(job.id)
    name = job.tuned_model
    assert messages[4] == "Fine-tuning job started"
    assert workbench.events(job.id)[4].data is None
    at_80 = messages.index("Step 80/100: training loss=0.14")
    assert messages[at_80 + 1] == f"Checkpoint created at step 80 with Snapshot ID: {name}:ckpt-step-80"
    assert messages[-3:] == [
        "Step 100/100: training loss=0.14",
        f"New fine-tuned model created: {name}",
        "The job has successfully completed",
    ]


def test_metric_events_carry_validation_numbers_where_measured(workbench):
    job = workbench.train(workbench.add_job(validation_file="file-valid"), threading.Event())

    told = {event.message: event.data for event in workbench.events(job.id) if event.type == "metrics"}
    assert told["Step 9/100: training loss=0.14"] == {
        "step": 9,
        "total_steps": 100,
        "train_loss": 0.14,
        "train_mean_token_accuracy": 0.8,
    }
    assert told["Step 10/100: training loss=0.14, validation loss=0.31"]["valid_mean_token_accuracy"] == 0.7


def test_result_file_has_a_line_for_each_step(workbench):
    job = workbench.train(workbench.add_job(), threading.Event())

    lines = workbench.environment.blobs.path(job.result_file).read_text().splitlines()
    assert lines[0] == "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy"
    assert lines[1] == "1,0.14000,0.80000,,"
    assert len(lines) == 101


def test_run_with_early_stopping_gives_the_best_epoch_and_keeps_the_later_ones(workbench):
    job = workbench.train(workbench.add_job(stop_after_worse_epochs=2), threading.Event())

    name = job.tuned_model
    with workbench.environment.database.read() as session:
        model = session.scalars(select(ModelRow).where(ModelRow.name == name)).one()
    assert workbench.model_names() == [f"{name}:ckpt-step-40", f"{name}:ckpt-step-50", name]
    assert (model.step, model.metrics["step"]) == (30, 30)
    assert model.adapter_dir.endswith("checkpoints/000030")
    assert steps_of_folders(workbench, job.id) == [30, 40, 50]
    assert "the run says noted" in workbench.messages(job.id)
    assert len(workbench.environment.blobs.path(job.result_file).read_text().splitlines()) == 51


def test_what_a_run_notes_and_warns_of_is_told_on_the_job(workbench):
    job = workbench.validate(workbench.add_job())
    run = workbench.environment.run_folder(job.id)
    run.path.mkdir(parents=True)
    writer = JsonLinesWriter(run.events_file)
    for kind, data in (("started", None), ("noted", {"n_rows": 3}), ("warned", None)):
        writer.write(RunEvent(kind=kind, at=1, message=f"It has {kind}.", data=data).model_dump())
    writer.close()

    follow(workbench.environment, job.id)

    assert [(event.type, event.level, event.message, event.data) for event in workbench.events(job.id)][-2:] == [
        ("message", "info", "It has noted.", {"n_rows": 3}),
        ("message", "warn", "It has warned.", {}),
    ]


def test_job_that_goes_on_from_a_model_starts_from_its_checkpoint(workbench):
    parent = workbench.train(workbench.add_job(), threading.Event())

    child = workbench.train(workbench.add_job(lineage=(parent.tuned_model,)), threading.Event())

    spec = workbench.environment.run_folder(child.id).read_spec()
    checkpoint = workbench.environment.run_folder(parent.id).checkpoint_dir(100)
    assert spec.adapter.start_from == checkpoint
    assert child.lineage == (parent.tuned_model,)
    assert f"Training goes on from {parent.tuned_model}" in workbench.messages(child.id)
    assert spec.model.base_model == "tiny"


@pytest.mark.parametrize(("quantization", "engine_answers"), [("none", True), ("nf4", False)])
def test_a_run_is_told_whether_the_engine_is_to_answer_with_its_model(workbench, quantization, engine_answers):
    job = workbench.train(workbench.add_job(tuning=Tuning(quantization=quantization)), threading.Event())

    assert workbench.environment.run_folder(job.id).read_spec().model.engine_answers is engine_answers


def test_rows_are_rendered_for_the_day_on_which_the_run_begins(workbench):
    before = datetime.now(UTC).date()

    job = workbench.train(workbench.add_job(), threading.Event())

    day = workbench.environment.run_folder(job.id).read_spec().day
    assert before <= day <= datetime.now(UTC).date()


def test_of_several_processes_that_failed_the_first_knows_why(tmp_path):
    run = RunFolder(tmp_path)
    with closing(JsonLinesWriter(run.events_file)) as events:
        for message in ("Out of memory", "The run broke off: connection closed by peer"):
            events.write(RunEvent(kind="failed", at=1, message=message).model_dump())

    assert _failure(run, offset=0).message == "Out of memory"


def test_run_that_crashes_once_goes_on_from_its_checkpoint(workbench_that):
    workbench = workbench_that("crash-once")

    job = workbench.train(workbench.add_job(), threading.Event())

    assert job.status == JobStatus.SUCCEEDED
    assert job.attempt == 2
    assert workbench.steps_told(job.id) == list(range(1, 101))
    assert any("ended unexpectedly (killed by signal 9" in message for message in workbench.messages(job.id))


def test_run_that_always_crashes_fails_with_its_last_words(workbench_that):
    workbench = workbench_that("crash-always")

    job = workbench.train(workbench.add_job(), threading.Event())

    assert job.status == JobStatus.FAILED
    assert job.attempt == 3
    assert job.error.code == "training_crashed"
    assert "fake training begins" in job.error.message


def test_run_whose_disk_is_full_waits_with_its_checkpoints(workbench_that):
    workbench = workbench_that("full-once")
    job = workbench.add_job()

    with pytest.raises(StorageFull):
        workbench.train(job, threading.Event())
    waiting = workbench.job(job.id)
    kept = os.listdir(workbench.environment.run_folder(job.id).checkpoints)
    workbench.resume(waiting)

    assert waiting.status == JobStatus.RUNNING
    assert "000080" in kept
    assert workbench.job(job.id).status == JobStatus.SUCCEEDED
    assert workbench.steps_told(job.id) == list(range(1, 101))


def test_numbers_that_a_power_cut_took_are_followed_from_where_they_end(workbench_that):
    workbench = workbench_that("full-once")
    job = workbench.add_job()
    with pytest.raises(StorageFull):
        workbench.train(job, threading.Event())
    metrics_file = workbench.environment.run_folder(job.id).metrics_file
    metrics_file.write_bytes(b"".join(metrics_file.read_bytes().splitlines(keepends=True)[:60]))

    workbench.resume(workbench.job(job.id))

    assert workbench.job(job.id).status == JobStatus.SUCCEEDED
    assert workbench.steps_told(job.id) == list(range(1, 101))


def test_run_that_says_why_it_failed_is_not_started_again(workbench_that):
    workbench = workbench_that("fails")

    job = workbench.train(workbench.add_job(), threading.Event())

    assert (job.status, job.attempt) == (JobStatus.FAILED, 1)
    assert (job.error.code, job.error.message) == ("loss_not_a_number", "the run says failed")


def test_stopped_server_leaves_the_job_running_and_the_next_resumes_it(workbench_that):
    workbench = workbench_that("hangs")
    job = workbench.add_job()
    stopping = threading.Event()
    thread = workbench.train_in_thread(job, stopping)
    workbench.wait_for_steps(job.id, 85)

    stopping.set()
    thread.join()
    interrupted = workbench.job(job.id)
    next_server = workbench_that("good")
    next_server.resume(interrupted)

    assert interrupted.status == JobStatus.RUNNING
    assert workbench.job(job.id).status == JobStatus.SUCCEEDED
    assert workbench.steps_told(job.id) == list(range(1, 101))


def test_cancelled_run_ends_and_leaves_no_checkpoint_without_a_model(workbench_that):
    workbench = workbench_that("hangs")
    job = workbench.add_job()
    thread = workbench.train_in_thread(job, threading.Event())
    workbench.wait_for_steps(job.id, 85)

    with workbench.environment.database.write() as session:
        cancel_job(session, job.id, at=200)
    thread.join()

    run = workbench.environment.run_folder(job.id)
    assert workbench.job(job.id).status == JobStatus.CANCELLED
    assert os.listdir(run.checkpoints) == ["000080"]
    assert workbench.messages(job.id)[-1] == "Training process ended; what it had not finished was removed"
    assert not any(str(run.path) in process.cmdline() for process in psutil.Process().children())


def test_cancel_during_the_pull_of_the_model_ends_the_job(workbench):
    job = workbench.add_job()

    def cancel() -> None:
        with workbench.environment.database.write() as session:
            cancel_job(session, job.id, at=200)

    workbench.preparation.is_here = False
    workbench.preparation.during_pull = [cancel]

    ended = workbench.train(job, threading.Event())

    assert ended.status == JobStatus.CANCELLED
    assert "Base model tiny is not on this machine yet: getting it first, once" in workbench.messages(job.id)
    assert not RunFolder(workbench.environment.settings.runs / job.id).path.exists()


def test_a_failure_that_a_pause_has_outlived_does_not_end_a_later_attempt(workbench_that):
    workbench = workbench_that("crash-once")
    job = workbench.add_job()
    run = workbench.environment.run_folder(job.id)
    run.path.mkdir(parents=True)
    failed = RunEvent(kind="failed", at=1.0, message="the disk was full", code="storage_full")
    with closing(JsonLinesWriter(run.events_file)) as events:
        events.write(failed.model_dump())

    job = workbench.train(job, threading.Event())

    assert (job.status, job.attempt) == (JobStatus.SUCCEEDED, 2)
