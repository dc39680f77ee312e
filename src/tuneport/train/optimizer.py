"""The optimizer of a run, and what of it a checkpoint has to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from tuneport.config import OptimizerSection
from tuneport.core import InvalidRequest, require_package
from tuneport.models import trainable_parameters


def new_optimizer(model: torch.nn.Module, section: OptimizerSection) -> torch.optim.Optimizer:
    """Give AdamW over what is trained of `model`, as `section` has it. Raises `InvalidRequest`."""
    parameters = list(trainable_parameters(model).values())
    options: dict[str, Any] = {
        "lr": section.learning_rate,
        "betas": (section.beta1, section.beta2),
        "weight_decay": section.weight_decay,
    }
    if section.kind == "adamw":
        return torch.optim.AdamW(parameters, **options)
    _check_8bit(parameters[0].device)
    from bitsandbytes.optim import AdamW8bit

    optimizer: torch.optim.Optimizer = AdamW8bit(parameters, **options)
    return optimizer


def _check_8bit(device: torch.device) -> None:
    if device.type != "cuda":
        raise InvalidRequest(
            f"optimizer.kind is 'adamw_8bit', but the run computes on the {device.type.upper()}. "
            "An optimizer in eight bits needs an NVIDIA GPU. Use 'adamw', which computes anywhere.",
            code="optimizer_needs_gpu",
            param="optimizer",
        )
    require_package("bitsandbytes", extra="gpu", what="An optimizer in eight bits (adamw_8bit)", param="optimizer")


def optimizer_tensors(
    optimizer: torch.optim.Optimizer, parameters: Mapping[str, torch.nn.Parameter]
) -> dict[str, Tensor]:
    """Give all that the optimizer remembers, on the CPU: `<what>.<name of the parameter>` → tensor."""
    tensors: dict[str, Tensor] = {}
    storages: set[int] = set()
    for name, parameter in parameters.items():
        for what, value in optimizer.state[parameter].items():
            tensor = torch.as_tensor(value).detach().cpu().contiguous()
            storage = tensor.untyped_storage()
            # Some optimizers keep one table for all parameters, which a file can't; the rest is not held twice.
            is_alone = storage.nbytes() == tensor.nbytes and storage.data_ptr() not in storages
            tensors[f"{what}.{name}"] = tensor if is_alone else tensor.clone()
            storages.add(storage.data_ptr())
    return tensors


def set_optimizer_tensors(
    optimizer: torch.optim.Optimizer, parameters: Mapping[str, torch.nn.Parameter], tensors: Mapping[str, Tensor]
) -> None:
    """Let the optimizer remember what `optimizer_tensors` gave."""
    for parameter in parameters.values():
        optimizer.state[parameter] = {}
    for key, tensor in tensors.items():
        what, name = key.split(".", 1)
        parameter = parameters[name]
        optimizer.state[parameter][what] = _as_remembered(tensor, parameter.device)


def _as_remembered(tensor: Tensor, device: torch.device) -> Tensor | int:
    """Counters of steps stay on the CPU; some optimizers have them as plain numbers."""
    if tensor.ndim > 0:
        return tensor.to(device)
    return tensor if tensor.is_floating_point() else int(tensor)
