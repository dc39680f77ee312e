import subprocess
import sys
from pathlib import Path

import psutil
from sqlalchemy import select

from tuneport.jobs import JobStatus, LocalRunner, Supervisor
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
