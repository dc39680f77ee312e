from concurrent.futures import Future
from pathlib import Path

import pytest

from tuneport.config import Settings
from tuneport.core import EngineFailed, NotFound
from tuneport.inference import Engines, VllmOptions
from tuneport.jobs import Tuning
from tuneport.workspace.parity_gate import ParityGate, _verdict

VLLM = VllmOptions(Path("vllm"), 0.8, 64)


@pytest.fixture
def gate_with(tmp_path):
    """Give a gate of a server with these settings, and vLLM or none."""
    opened = []

    def make(vllm=None, **settings):
        opened.append(Engines(tmp_path, idle_seconds=1, max_queued=1, vllm=vllm))
        return ParityGate(Settings(home=tmp_path, **settings), opened[-1])

    yield make
    for engines in opened:
        engines.stop()


def test_what_is_trained_has_to_be_answered_by_the_engine_that_is_built_in(gate_with):
    assert gate_with().needs_engine(Tuning())
    assert not gate_with(check_parity=False).needs_engine(Tuning())


@pytest.mark.parametrize(
    ("tuning", "needs_engine"),
    [
        (Tuning(), False),
        (Tuning(kind="full"), False),
        (Tuning(rank=128), True),
        (Tuning(kind="dora"), True),
        (Tuning(quantization="nf4"), True),
        (Tuning(new_tokens=("<yes>",)), True),
    ],
    ids=["lora", "full", "high rank", "dora", "four bits", "new tokens"],
)
def test_with_vllm_only_what_vllm_does_not_read(gate_with, tuning, needs_engine):
    assert gate_with(VLLM).needs_engine(tuning) is needs_engine


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
