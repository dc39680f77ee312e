"""A model is published when what answers requests says what was trained, and only then."""

from __future__ import annotations

import os
import threading

from sqlalchemy import select

from tuneport.jobs import JobStatus, Verdict, cancel_job, pause_job, resume_job
from tuneport.store import ModelRow

RECORD = {"is_equal": True, "n_tokens": 3}


def train(workbench):
    return workbench.train(workbench.add_job(), threading.Event())


def model_row(workbench, name: str) -> ModelRow:
    with workbench.environment.database.read() as session:
        return session.scalars(select(ModelRow).where(ModelRow.name == name)).one()


def test_the_gate_is_asked_once_about_the_last_checkpoint(workbench):
    job = train(workbench)

    checkpoint = workbench.environment.run_folder(job.id).checkpoint_dir(100)
    assert workbench.gate.judged == [(job.tuned_model, "tiny", checkpoint)]


def test_the_verdict_stays_with_the_model_and_is_told_before_it(workbench):
    workbench.gate.verdict = Verdict("Served as trained", RECORD)

    job = train(workbench)

    assert model_row(workbench, job.tuned_model).parity == {"engine": RECORD}
    messages = workbench.messages(job.id)
    assert messages[-3:] == [
        "Served as trained",
        f"New fine-tuned model created: {job.tuned_model}",
        "The job has successfully completed",
    ]


def test_where_nothing_could_be_compared_the_model_is_published_with_a_warning(workbench):
    workbench.gate.verdict = Verdict("The engine did not start", None)

    job = train(workbench)

    warning = next(event for event in workbench.events(job.id) if event.message == "The engine did not start")
    assert (job.status, warning.level) == (JobStatus.SUCCEEDED, "warn")
    assert model_row(workbench, job.tuned_model).parity is None


def test_a_model_that_is_served_otherwise_is_not_published_and_its_weights_stay(workbench):
    workbench.gate.verdict = Verdict("The answers differ at token 3", None, is_refused=True)

    job = train(workbench)

    assert (job.status, job.error.code) == (JobStatus.FAILED, "parity_mismatch")
    assert job.error.message == "The answers differ at token 3"
    assert job.tuned_model not in workbench.model_names()
    assert "000100" in os.listdir(workbench.environment.run_folder(job.id).checkpoints)


def test_a_job_that_is_cancelled_while_it_is_compared_has_no_model(workbench):
    job = workbench.add_job()
    workbench.gate.during_judging.append(lambda: workbench.change(job.id, cancel_job))
    workbench.train(job, threading.Event())

    assert workbench.job(job.id).status == JobStatus.CANCELLED
    assert job.tuned_model not in workbench.model_names()


def test_a_job_that_is_paused_while_it_is_compared_is_compared_again_when_it_is_resumed(workbench):
    job = workbench.add_job()
    workbench.gate.during_judging.append(lambda: workbench.change(job.id, pause_job))
    workbench.train(job, threading.Event())
    assert workbench.job(job.id).status == JobStatus.PAUSED

    workbench.gate.during_judging.clear()
    workbench.resume(workbench.change(job.id, resume_job))

    assert workbench.job(job.id).status == JobStatus.SUCCEEDED
    assert len(workbench.gate.judged) == 2


def test_a_server_that_stops_while_it_compares_leaves_the_job_to_the_next(workbench):
    stopping = threading.Event()
    workbench.gate.during_judging.append(stopping.set)
    job = workbench.train(workbench.add_job(), stopping)
    assert job.status == JobStatus.RUNNING

    workbench.gate.during_judging.clear()
    workbench.resume(job)

    assert workbench.job(job.id).status == JobStatus.SUCCEEDED
