import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

from tuneport.core import Conflict
from tuneport.jobs import JobStatus, Runner, RunProcess, Supervisor, cancel_job, pause_job, resume_job


@dataclass
class RunnerOfPausedJob:
    """Its process runs to its end unseen; then comes the pause."""

    runner: Runner
    pause: Callable[[], object]

    def start(self, run_dir: Path, log_file: Path) -> RunProcess:
        process = self.runner.start(run_dir, log_file)
        while process.exit_code() is None:
            time.sleep(0.01)
        self.pause()
        return process

    def end_orphans(self, runs: Path) -> None:
        self.runner.end_orphans(runs)


@pytest.fixture
def paused(workbench_that):
    """Give a workbench and its job, which was paused at step 85."""
    workbench = workbench_that("hangs")
    job = workbench.add_job()
    thread = workbench.train_in_thread(job, threading.Event())
    workbench.wait_for_steps(job.id, 85)
    workbench.change(job.id, pause_job)
    thread.join()
    return workbench, job


def test_paused_run_ends_its_process_and_keeps_its_checkpoints(paused):
    workbench, job = paused

    run = workbench.environment.run_folder(job.id)
    assert workbench.job(job.id).status == JobStatus.PAUSED
    assert workbench.job(job.id).estimated_finish is None
    assert sorted(os.listdir(run.checkpoints))[-1] == "000080"
    assert workbench.messages(job.id)[-2:] == [
        "Fine-tuning job paused",
        "Training process ended after step 85; a resume goes on there",
    ]
    assert not any(str(run.path) in process.cmdline() for process in psutil.Process().children())


def test_resumed_job_goes_on_from_its_checkpoint(paused, workbench_that):
    _, job = paused
    workbench = workbench_that("good")

    resumed = workbench.change(job.id, resume_job)
    workbench.resume(resumed)

    ended = workbench.job(job.id)
    assert resumed.status == JobStatus.QUEUED
    assert (ended.status, ended.attempt) == (JobStatus.SUCCEEDED, 2)
    assert workbench.steps_told(job.id) == list(range(1, 101))
    told = workbench.messages(job.id)
    assert told.count("Fine-tuning job started") == 1
    assert told.index("Fine-tuning job resumed, moving job to queued state") < told.index(
        "Fine-tuning job goes on from its last checkpoint"
    )


def test_next_job_runs_while_one_is_paused_which_stays_so(paused, workbench_that):
    _, job = paused
    workbench = workbench_that("good")
    other = workbench.add_job()
    supervisor = Supervisor(workbench.environment)

    supervisor.start()
    workbench.wait_for_end(other.id)
    supervisor.stop()

    assert workbench.job(other.id).status == JobStatus.SUCCEEDED
    assert workbench.job(job.id).status == JobStatus.PAUSED


def test_resume_wakes_a_supervisor_that_waits(paused, workbench_that):
    _, job = paused
    workbench = workbench_that("good")
    supervisor = Supervisor(workbench.environment)
    supervisor.start()

    workbench.change(job.id, resume_job)
    supervisor.wake()
    workbench.wait_for_end(job.id)
    supervisor.stop()

    assert workbench.job(job.id).status == JobStatus.SUCCEEDED


def test_paused_job_that_is_cancelled_leaves_no_checkpoint_without_a_model(paused, workbench_that):
    _, job = paused
    workbench = workbench_that("good")
    run = workbench.environment.run_folder(job.id)
    run.checkpoint_dir(84).mkdir()
    supervisor = Supervisor(workbench.environment)
    supervisor.start()

    workbench.change(job.id, cancel_job)
    supervisor.wake()
    workbench.wait_until(job.id, lambda: os.listdir(run.checkpoints) == ["000080"])
    supervisor.stop()

    assert workbench.job(job.id).status == JobStatus.CANCELLED


def test_job_that_is_done_when_it_is_paused_succeeds_once_it_is_resumed(workbench):
    job = workbench.validate(workbench.add_job())
    runner = RunnerOfPausedJob(workbench.environment.runner, lambda: workbench.change(job.id, pause_job))
    workbench.environment = replace(workbench.environment, runner=runner)

    workbench.resume(job)
    at_rest = workbench.job(job.id)
    workbench.resume(workbench.change(job.id, resume_job))

    assert (at_rest.status, at_rest.tuned_model) == (JobStatus.PAUSED, None)
    assert workbench.job(job.id).status == JobStatus.SUCCEEDED
    assert workbench.job(job.id).attempt == 1


@pytest.mark.parametrize("change_job", [pause_job, resume_job])
def test_job_whose_files_are_still_checked_is_neither_paused_nor_resumed(workbench, change_job):
    job = workbench.add_job()

    with pytest.raises(Conflict, match=r"is 'validating_files'; only (queued or running|paused) jobs can be"):
        workbench.change(job.id, change_job)
