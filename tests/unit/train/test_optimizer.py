import pytest
import torch

from tuneport.config import OptimizerSection
from tuneport.core import InvalidRequest
from tuneport.train.optimizer import new_optimizer, optimizer_tensors, set_optimizer_tensors


class EightBit(torch.optim.Optimizer):
    """Remembers what optimizers in eight bits do: a plain number, bytes, and one table for all parameters."""

    table = torch.linspace(-1, 1, 256)

    def __init__(self, parameters):
        super().__init__(parameters, {})

    @torch.no_grad()
    def step(self):
        for parameter in self.param_groups[0]["params"]:
            state = self.state[parameter]
            state["step"] = state.get("step", 0) + 1
            state["qmap1"] = self.table
            state["state1"] = torch.full_like(parameter, state["step"], dtype=torch.uint8)
            parameter.sub_(state["qmap1"][state["state1"].long()] / state["step"])


def model_of(seed):
    torch.manual_seed(seed)
    return torch.nn.Linear(3, 2)


def test_an_optimizer_goes_on_from_what_was_saved_of_it_whatever_it_remembers():
    models = [model_of(1), model_of(1)]
    optimizers = [EightBit(model.parameters()) for model in models]
    for _ in range(3):
        optimizers[0].step()

    saved = optimizer_tensors(optimizers[0], dict(models[0].named_parameters()))
    models[1].load_state_dict(models[0].state_dict())
    set_optimizer_tensors(optimizers[1], dict(models[1].named_parameters()), saved)
    for optimizer in optimizers:
        optimizer.step()

    assert sorted(saved) == sorted(
        f"{what}.{name}" for what in ("qmap1", "state1", "step") for name in ("bias", "weight")
    )
    assert optimizers[1].state[models[1].weight]["step"] == 4
    assert torch.equal(models[0].weight, models[1].weight)


def test_saved_tensors_share_no_memory_as_a_file_needs():
    model = model_of(1)
    optimizer = EightBit(model.parameters())
    optimizer.step()

    saved = optimizer_tensors(optimizer, dict(model.named_parameters()))

    assert saved["qmap1.bias"].data_ptr() != saved["qmap1.weight"].data_ptr()


def test_an_optimizer_in_eight_bits_is_refused_on_a_cpu():
    with pytest.raises(InvalidRequest, match=r"computes on the CPU.*needs an NVIDIA GPU\. Use 'adamw'") as refused:
        new_optimizer(model_of(1), OptimizerSection(kind="adamw_8bit", learning_rate=1e-3))

    assert (refused.value.code, refused.value.param) == ("optimizer_needs_gpu", "optimizer")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_on_a_gpu_eight_bits_remember_a_quarter():
    pytest.importorskip("bitsandbytes", reason="needs bitsandbytes")
    model = torch.nn.Linear(256, 256, device="cuda")
    optimizer = new_optimizer(model, OptimizerSection(kind="adamw_8bit", learning_rate=1e-3))
    model(torch.ones(1, 256, device="cuda")).sum().backward()

    optimizer.step()

    assert optimizer.state[model.weight]["state1"].dtype == torch.uint8
