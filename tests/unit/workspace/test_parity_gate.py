from concurrent.futures import Future
from pathlib import Path

import pytest

from tuneport.core import EngineFailed, NotFound
from tuneport.workspace.parity_gate import _verdict


def verdict_on(error):
    asked = Future()
    asked.set_exception(error)
    return _verdict(asked, "ft:m", Path("checkpoint"))


def test_a_model_whose_engine_can_not_start_is_refused_with_the_reason():
    verdict = verdict_on(EngineFailed("It has layers of another kind.", code="engine_start_failed"))

    assert verdict.is_refused
    assert "no engine serves it. It has layers of another kind. Its weights stay in" in verdict.message


@pytest.mark.parametrize(
    "error",
    [
        EngineFailed("out of memory"),
        EngineFailed("too many requests", code="engine_busy"),
        EngineFailed("the server is leaving", code="server_stopping"),
        NotFound("the base model is gone"),
    ],
    ids=lambda error: error.code,
)
def test_what_may_pass_refuses_no_model(error):
    verdict = verdict_on(error)

    assert not verdict.is_refused
    assert f"could not be compared: {error.message}" in verdict.message
