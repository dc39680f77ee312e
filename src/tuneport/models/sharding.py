"""A model whose frozen layers are divided among processes, for models larger than one device (FSDP2)."""

from __future__ import annotations

from typing import Any

import torch
from peft import PeftModel
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from tuneport.core import InvalidRequest
from tuneport.models.layers import decoder_layers


def shard_layers(model: Any, device: torch.device, n_processes: int) -> None:
    """Leave each process its part of every decoder layer; a layer is whole only while it is computed.

    The adapter, the embedding and the head stay whole in each process, so gradients, optimizer and checkpoints are
    those of one process. `model` is on the CPU; afterwards it is on `device`. Raises `InvalidRequest`.
    """
    _check_sharding(model, n_processes)
    mesh = init_device_mesh(device.type, (n_processes,))
    whole = {parameter for parameter in model.parameters() if parameter.requires_grad}
    for layer in decoder_layers(model):
        # Else a layer that no other one encloses stays whole after the forward pass.
        fully_shard(layer, mesh=mesh, ignored_params=whole, reshard_after_forward=True)
    model.to(device)


def _check_sharding(model: Any, n_processes: int) -> None:
    if n_processes == 1:
        raise InvalidRequest(
            "runtime.shard is true, but the run is one process. A model is divided among two or more. Start the run "
            "with torchrun --nproc-per-node N, or set shard to false.",
            param="shard",
        )
    if getattr(model, "is_quantized", False):
        raise InvalidRequest(
            "runtime.shard is true, but model.quantization is 'nf4'. Weights in four bits can't be divided yet. "
            "Set quantization to 'none', or shard to false.",
            param="shard",
        )
    if not isinstance(model, PeftModel):
        raise InvalidRequest(
            "runtime.shard is true, but adapter.kind is 'full'. Only frozen weights are divided among processes: "
            "those of 'lora' and 'dora'. Train an adapter, or set shard to false.",
            param="shard",
        )
