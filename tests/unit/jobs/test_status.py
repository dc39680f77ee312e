from itertools import product

import pytest

from tuneport.core import Conflict
from tuneport.jobs import ALLOWED_MOVES, CANCELLABLE, HOLDS_ACCELERATOR, PAUSABLE, TERMINAL, JobStatus
from tuneport.jobs.status import move
from tuneport.store import JobRow

EVERY_MOVE = {
    ("validating_files", "queued"),
    ("validating_files", "failed"),
    ("validating_files", "cancelled"),
    ("queued", "running"),
    ("queued", "failed"),
    ("queued", "cancelled"),
    ("queued", "paused"),
    ("running", "paused"),
    ("running", "queued"),
    ("paused", "queued"),
    ("paused", "cancelled"),
    ("running", "succeeded"),
    ("running", "failed"),
    ("running", "cancelled"),
}


@pytest.mark.parametrize(("old", "new"), [pair for pair in product(JobStatus, JobStatus) if pair in EVERY_MOVE])
def test_allowed_move_is_made(old: JobStatus, new: JobStatus):
    row = JobRow(id="ftjob-a", status=old)

    move(row, new, at=5)

    assert row.status == new
    assert row.finished_at == (5 if new in TERMINAL else None)


@pytest.mark.parametrize(("old", "new"), [pair for pair in product(JobStatus, JobStatus) if pair not in EVERY_MOVE])
def test_any_other_move_is_a_conflict_and_changes_nothing(old: JobStatus, new: JobStatus):
    row = JobRow(id="ftjob-a", status=old)

    with pytest.raises(Conflict, match=f"ftjob-a is '{old}' and cannot become '{new}'"):
        move(row, new, at=5)

    assert row.status == old


def test_sets_of_statuses_fit_the_moves():
    assert ALLOWED_MOVES.keys() == set(JobStatus)
    assert {"succeeded", "failed", "cancelled"} == TERMINAL
    assert set(JobStatus) - TERMINAL == CANCELLABLE
    assert {"queued", "running"} == PAUSABLE
    assert {"running"} == HOLDS_ACCELERATOR
