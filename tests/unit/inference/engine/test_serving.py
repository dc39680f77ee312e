import pytest
import torch

from tuneport.core import EngineFailed
from tuneport.inference.engine.serving import start_failure


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("GPTNeoForCausalLM does not support sdpa"), "engine_start_failed"),
        (AttributeError("num_heads"), "engine_start_failed"),
        (EngineFailed("layers of another kind.", code="engine_start_failed"), "engine_start_failed"),
        (torch.OutOfMemoryError("CUDA out of memory"), "engine_failed"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "engine_failed"),
        (RuntimeError("CUDA error: all CUDA-capable devices are busy"), "engine_failed"),
    ],
)
def test_the_server_learns_whether_the_model_or_the_machine_is_at_fault(error, code):
    event = start_failure(error)

    assert event.code == code
    assert str(error).rstrip(".") in event.message
