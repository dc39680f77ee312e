import threading

import pytest
from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select

from tuneport.core import Conflict, NotFound
from tuneport.jobs import Supervisor, cancel_job, delete_job, find_job_row
from tuneport.store import JobEventRow, JobRow, ModelRow


def count(workbench, table) -> int:
    with workbench.environment.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def delete(workbench, job_id: str) -> bool:
    with workbench.environment.database.write() as session:
        return delete_job(session, job_id)


def test_ended_job_without_models_is_gone_with_its_events(workbench):
    job = workbench.add_job()
    workbench.change(job.id, cancel_job)

    assert delete(workbench, job.id)

    assert (count(workbench, JobRow), count(workbench, JobEventRow)) == (0, 0)


def test_job_whose_models_stay_is_hidden_with_its_events_gone(workbench):
    job = workbench.add_job()
    workbench.train(job, threading.Event())

    assert not delete(workbench, job.id)

    assert count(workbench, JobEventRow) == 0
    assert count(workbench, ModelRow) > 0
    with workbench.environment.database.read() as session:
        with pytest.raises(NotFound):
            find_job_row(session, job.id)
        assert find_job_row(session, job.id, also_deleted=True).tuned_model in workbench.model_names()


def test_job_that_has_not_ended_is_not_deleted(workbench):
    job = workbench.add_job()

    with pytest.raises(Conflict, match="only jobs that have ended can be deleted"):
        delete(workbench, job.id)

    assert count(workbench, JobRow) == 1


@pytest.mark.parametrize("has_models", [False, True])
def test_job_that_is_deleted_before_its_process_has_ended_leaves_nothing_and_is_no_failure(
    workbench_that, has_models: bool, caplog: pytest.LogCaptureFixture
):
    workbench = workbench_that("hangs")
    supervisor = Supervisor(workbench.environment)
    job = workbench.add_job()
    supervisor.start()
    workbench.wait_for_steps(job.id, 85)

    with workbench.environment.database.write() as session:
        cancel_job(session, job.id, at=200)
        if not has_models:
            session.execute(delete_rows(ModelRow))
        delete_job(session, job.id)
    supervisor.stop()

    run = workbench.environment.run_folder(job.id)
    assert not [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert run.path.exists() is has_models
    assert [folder.name for folder in run.path.glob("checkpoints/*")] == (["000080"] if has_models else [])
