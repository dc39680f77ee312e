"""A model whose frozen layers are divided among processes, for models larger than one device (FSDP2)."""

from __future__ import annotations

from typing import Any

import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from tuneport.models.layers import decoder_layers


def shard_layers(model: Any, device: torch.device, n_processes: int) -> None:
    """Leave each process its part of every decoder layer; a layer is whole only while it is computed.

    The adapter, the embedding and the head stay whole in each process, so gradients, optimizer and checkpoints are
    those of one process. `model` has an adapter and is on the CPU; afterwards it is on `device`.
    """
    mesh = init_device_mesh(device.type, (n_processes,))
    whole = {parameter for parameter in model.parameters() if parameter.requires_grad}
    for layer in decoder_layers(model):
        # Else a layer that no other one encloses stays whole after the forward pass.
        fully_shard(layer, mesh=mesh, ignored_params=whole, reshard_after_forward=True)
    model.to(device)
