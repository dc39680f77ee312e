"""The threads that compare, each one comparison at a time, the oldest first."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import select

from tuneport.jobs import Worker
from tuneport.store import ComparisonRow, Database

COMPARISONS_AT_ONCE = 2
"""Of all projects; others wait. Each holds its rows in memory and up to 64 requests in the engines."""


def fail_interrupted(database: Database) -> None:
    """A comparison that has begun does not survive its server: say so on those that an earlier one left."""
    error = {
        "code": "server_stopped",
        "message": "The server stopped while it compared. Start the comparison again.",
    }
    with database.write() as session:
        for row in session.scalars(select(ComparisonRow).where(ComparisonRow.status == "running")):
            row.status, row.error = "failed", error


class ComparisonWorkers:
    def __init__(self, database: Database, work_on: Callable[[str, str, threading.Event], None]) -> None:
        """`database` is that of all projects. `work_on` brings the comparison of a project to its end.

        It is given the ids of both, and an event that is set when the server leaves.
        """
        self._database = database
        self._work_on = work_on
        self._workers = [Worker(f"comparisons {n}", self._work_on_next) for n in range(COMPARISONS_AT_ONCE)]

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def wake(self) -> None:
        """Look for work: there is a new comparison."""
        for worker in self._workers:
            worker.wake()

    def stop(self) -> None:
        """Come back when no thread compares any more. Those that wait begin at the next start."""
        for worker in self._workers:
            worker.ask_to_stop()
        for worker in self._workers:
            worker.stop()

    def _work_on_next(self, stopping: threading.Event) -> bool:
        ids = self._begin_next()
        if ids is None:
            return False
        self._work_on(*ids, stopping)
        return True

    def _begin_next(self) -> tuple[str, str] | None:
        """Move the comparison that has waited longest to "running"; give its project and its id."""
        waiting = select(ComparisonRow).where(ComparisonRow.status == "queued").order_by(ComparisonRow.seq).limit(1)
        with self._database.write() as session:
            row = session.scalar(waiting)
            if row is None:
                return None
            row.status = "running"
            return row.project_id, row.id
