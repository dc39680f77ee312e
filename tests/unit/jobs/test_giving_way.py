"""Azure's developer tier: a job that is set aside while another one waits."""

import threading

import pytest

from tuneport.jobs import JobStatus, Supervisor, find_job_row
from tuneport.jobs.queue import give_way, next_job, queue_position

BACK = "Another job waits for this machine: this one goes back into the queue"


def position(workbench, job_id: str) -> int | None:
    with workbench.environment.database.read() as session:
        return queue_position(session, find_job_row(session, job_id))


def gives_way_now(workbench, job_id: str) -> bool:
    with workbench.environment.database.write() as session:
        return give_way(session, find_job_row(session, job_id), at=300)


def queued(workbench, **values: object):
    return workbench.validate(workbench.add_job(**values))


def run(workbench, job_id: str) -> None:
    with workbench.environment.database.write() as session:
        find_job_row(session, job_id).status = JobStatus.RUNNING


def test_job_that_gives_way_stands_behind_all_others(workbench):
    patient, usual = queued(workbench, gives_way=True), queued(workbench)

    assert next_job(workbench.environment.database, JobStatus.QUEUED).id == usual.id
    assert (position(workbench, usual.id), position(workbench, patient.id)) == (0, 1)


@pytest.mark.parametrize(
    ("is_patient", "waits", "gives"),
    [(True, {}, True), (True, {"gives_way": True}, False), (False, {}, False)],
)
def test_running_job_goes_back_only_for_one_that_does_not_give_way(workbench, is_patient, waits, gives):
    running = queued(workbench, gives_way=is_patient)
    run(workbench, running.id)
    queued(workbench, **waits)

    assert gives_way_now(workbench, running.id) is gives
    assert workbench.job(running.id).status == (JobStatus.QUEUED if gives else JobStatus.RUNNING)


def test_running_job_that_gives_way_goes_on_while_nobody_waits(workbench):
    running = queued(workbench, gives_way=True)
    run(workbench, running.id)

    assert gives_way_now(workbench, running.id) is False


@pytest.mark.requirement("R3.4")
def test_job_gives_way_in_mid_training_and_goes_on_after(workbench_that):
    slow = workbench_that("hangs")
    patient = slow.add_job(gives_way=True)
    thread = slow.train_in_thread(patient, threading.Event())
    slow.wait_for_steps(patient.id, 85)
    other = queued(slow)
    thread.join()
    set_aside = slow.job(patient.id)

    workbench = workbench_that("good")
    supervisor = Supervisor(workbench.environment)
    supervisor.start()
    workbench.wait_for_end(patient.id)
    supervisor.stop()

    assert (set_aside.status, set_aside.attempt) == (JobStatus.QUEUED, 1)
    assert workbench.job(other.id).finished_at <= workbench.job(patient.id).finished_at
    assert workbench.job(patient.id).status == JobStatus.SUCCEEDED
    assert workbench.steps_told(patient.id) == list(range(1, 101))
    told = workbench.messages(patient.id)
    assert told.index(BACK) < told.index("Fine-tuning job goes on from its last checkpoint")


def test_server_that_finds_a_running_job_gives_way_before_it_starts_its_process(workbench):
    patient, other = queued(workbench, gives_way=True), queued(workbench)
    run(workbench, patient.id)

    workbench.resume(workbench.job(patient.id))

    assert (workbench.job(patient.id).status, workbench.job(patient.id).attempt) == (JobStatus.QUEUED, 0)
    assert workbench.job(other.id).status == JobStatus.QUEUED
