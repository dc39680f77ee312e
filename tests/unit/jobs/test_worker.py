import threading

import pytest

from tuneport.core import StorageFull
from tuneport.jobs import keep_trying


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("tuneport.jobs.worker.RETRY_SECONDS", 0.001)


@pytest.mark.parametrize("error", [StorageFull("the disk is full"), RuntimeError("database is locked")])
def test_work_that_fails_is_done_again_until_it_succeeds(error):
    left = [error, error]

    def work():
        if left:
            raise left.pop()
        return "done"

    assert keep_trying(work, threading.Event()) == "done"


def test_work_that_always_fails_ends_with_the_server():
    stopping = threading.Event()

    def work():
        stopping.set()
        raise StorageFull("the disk is full")

    assert keep_trying(work, stopping) is None
