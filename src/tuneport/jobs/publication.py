"""The last stage of a job: its model becomes a model of the project, if it is served as it was trained."""

from __future__ import annotations

from collections.abc import Callable

from tuneport.config import RunResult
from tuneport.jobs.ending import fail, succeed
from tuneport.jobs.environment import Environment
from tuneport.jobs.queue import find_job_row


def publish(environment: Environment, job_id: str, result: RunResult, *, on_wait: Callable[[], None]) -> None:
    """Compare what answers requests with what was trained; then let the job succeed, or fail where they differ.

    What `on_wait`, called a few times a second, raises ends the comparison, and the job stays as it is.
    """
    run = environment.run_folder(job_id)
    with environment.database.read() as session:
        row = find_job_row(session, job_id)
        name, base_model = row.tuned_model, row.base_model
    verdict = environment.gate.judge(name, base_model, run.path / result.checkpoint, on_wait=on_wait)
    if verdict is not None and verdict.is_refused:
        run.keep_checkpoint(result.checkpoint_step or result.steps)
        fail(environment, job_id, code="parity_mismatch", message=verdict.message)
        return
    succeed(environment, job_id, result, verdict)
