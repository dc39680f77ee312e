import threading
import time

import pytest

from fake_clock import FakeClock
from fake_completions import FakeCompletions, FakeModels
from tuneport.core import EngineFailed
from tuneport.workspace import TextOrder, TextRequest
from tuneport.workspace.text_completions import TextCompletions


class _OneFails(FakeCompletions):
    """The first prompt is answered by an error once the second one waits for its engine."""

    def __init__(self):
        super().__init__()
        self.is_waiting, self.is_left = threading.Event(), threading.Event()

    def _answer(self, check):
        return self._wait(check) if len(self.asked) > 1 else self._fail()

    def _fail(self):
        assert self.is_waiting.wait(30)
        raise EngineFailed("The engine is full.")
        yield

    def _wait(self, check):
        deadline = time.monotonic() + 30
        try:
            while time.monotonic() < deadline:
                self.is_waiting.set()
                check()
                time.sleep(0.01)
                yield from ()
        except Exception:
            self.is_left.set()
            raise


def test_a_prompt_that_fails_ends_the_others_that_wait():
    completions = _OneFails()
    order = TextOrder((TextRequest("tiny", "one"), TextRequest("tiny", "two")))

    with pytest.raises(EngineFailed):
        TextCompletions(FakeClock(), FakeModels(), lambda: completions).create(order)

    assert completions.is_left.wait(10)
