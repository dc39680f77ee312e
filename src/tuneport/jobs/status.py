"""Every status of a job, and every move between them."""

from __future__ import annotations

from enum import StrEnum

from tuneport.core import Conflict
from tuneport.store import JobRow


class JobStatus(StrEnum):
    VALIDATING_FILES = "validating_files"
    """Recorded; its files are being checked."""
    QUEUED = "queued"
    """Files are good, "auto" is resolved; waits for the accelerator."""
    RUNNING = "running"
    """Has the accelerator: a training process runs, or will again after a crash or a restart of the server. A job that
    gives way goes back to `queued` while another waits."""
    PAUSED = "paused"
    """Set aside by the user; its checkpoint stays, and the accelerator is free. Not in OpenAI's list of statuses, but
    their example of pausing answers it."""
    SUCCEEDED = "succeeded"
    """Its model is recorded and can be used."""
    FAILED = "failed"
    """Ended without a model; `error` says why."""
    CANCELLED = "cancelled"
    """Ended by the user."""


ALLOWED_MOVES: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.VALIDATING_FILES: frozenset({JobStatus.QUEUED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.RUNNING: frozenset(
        {JobStatus.SUCCEEDED, JobStatus.QUEUED, JobStatus.PAUSED, JobStatus.FAILED, JobStatus.CANCELLED}
    ),
    JobStatus.PAUSED: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED}),
    JobStatus.SUCCEEDED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}

TERMINAL = frozenset(status for status, moves in ALLOWED_MOVES.items() if not moves)
CANCELLABLE = frozenset(status for status, moves in ALLOWED_MOVES.items() if JobStatus.CANCELLED in moves)
PAUSABLE = frozenset(status for status, moves in ALLOWED_MOVES.items() if JobStatus.PAUSED in moves)
HOLDS_ACCELERATOR = frozenset({JobStatus.RUNNING})


def may_move(row: JobRow, to: JobStatus) -> bool:
    return to in ALLOWED_MOVES[JobStatus(row.status)]


def move(row: JobRow, to: JobStatus, *, at: int) -> None:
    """Give the job its new status, and at its end the time. Raises `Conflict` where the move is not allowed."""
    if not may_move(row, to):
        allowed = ", ".join(sorted(ALLOWED_MOVES[JobStatus(row.status)])) or "nothing: it has ended"
        raise Conflict(f"Job {row.id} is '{row.status}' and cannot become '{to}'. It can become: {allowed}.")
    row.status = to
    if to != JobStatus.RUNNING:
        row.estimated_finish = None
    if to in TERMINAL:
        row.finished_at = at
