import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select

from tuneport.core import StorageFull
from tuneport.jobs import JobStatus, LocalRunner, Supervisor
from tuneport.jobs.worker import Worker
from tuneport.store import JobEventRow


def event_seq(workbench, job_id: str) -> list[int]:
    with workbench.environment.database.read() as session:
        return list(session.scalars(select(JobEventRow.seq).where(JobEventRow.job_id == job_id)))


def test_two_jobs_run_one_after_the_other_in_order(workbench):
    first, second = workbench.add_job(), workbench.add_job()
    supervisor = Supervisor(workbench.environment)

    supervisor.start()
    workbench.wait_for_end(second.id)
    supervisor.stop()

    assert workbench.job(first.id).status == workbench.job(second.id).status == JobStatus.SUCCEEDED
    first_end = max(event_seq(workbench, first.id))
    started = workbench.messages(second.id).index("Fine-tuning job started")
    assert event_seq(workbench, second.id)[started] > first_end


def test_job_added_while_waiting_is_picked_up(workbench):
    supervisor = Supervisor(workbench.environment)
    supervisor.start()

    job = workbench.add_job()
    supervisor.wake()
    workbench.wait_for_end(job.id)
    supervisor.stop()

    assert workbench.job(job.id).status == JobStatus.SUCCEEDED


def test_full_disk_delays_a_job_and_is_told_once(workbench):
    job = workbench.add_job()
    supervisor = Supervisor(workbench.environment)
    workbench.preparation.problem = StorageFull("/home: the disk is full.")

    for _ in range(3):
        with pytest.raises(StorageFull):
            supervisor.validate_next()
    waiting = workbench.job(job.id).status
    workbench.preparation.problem = None
    supervisor.validate_next()

    told = [event for event in workbench.events(job.id) if event.level == "warn"]
    assert [event.message for event in told] == [
        "/home: the disk is full. The job waits and goes on by itself once there is room."
    ]
    assert waiting == JobStatus.VALIDATING_FILES
    assert workbench.job(job.id).status == JobStatus.QUEUED


def test_full_disk_is_logged_once_while_it_lasts(caplog):
    looks = iter([StorageFull("/home: the disk is full."), StorageFull("/home: the disk is full.")])
    done = threading.Event()

    def work(_stopping: threading.Event) -> bool:
        problem = next(looks, None)
        if problem is not None:
            raise problem
        done.set()
        return False

    worker = Worker("job validator", work)
    worker.start()
    assert done.wait(60)
    worker.stop()

    assert [record.getMessage() for record in caplog.records] == [
        "job validator: /home: the disk is full. Looking again every 2.0 s."
    ]


def test_process_left_by_a_killed_server_is_ended(tmp_path: Path, workbench_that):
    workbench = workbench_that("hangs")
    job = workbench.validate(workbench.add_job())
    run_dir = workbench.environment.run_folder(job.id).path
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(run_dir)])
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(tmp_path / "elsewhere" / "x")])

    LocalRunner((sys.executable, "-c", "import time; time.sleep(60)")).end_orphans(workbench.environment.settings.runs)

    assert not psutil.pid_exists(orphan.pid)
    orphan.wait()
    assert other.poll() is None
    other.kill()
    other.wait()
