"""What a run saves to go on from: adapter and optimizer, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from tuneport.config import ModelSection, RunFolder
from tuneport.core import StorageFull
from tuneport.models import read_weights, save_weights, trainable_parameters
from tuneport.tokens import Renderer
from tuneport.train.optimizer import optimizer_tensors, set_optimizer_tensors
from tuneport.train.random_state import random_state, set_random_state
from tuneport.train.run_model import save_tokenizer
from tuneport.weights import (
    Manifest,
    find_damage,
    list_checkpoints,
    new_checkpoint,
    prune_checkpoints,
    read_manifest,
    remove_unfinished,
)

OPTIMIZER_FILE = "optimizer.safetensors"
RANDOM_STATE_FILE = "rng.safetensors"


@contextmanager
def _full_disk_named(folder: Path) -> Iterator[None]:
    """Safetensors reports the system's errors as its own, in words."""
    try:
        yield
    except SafetensorError as error:
        if "No space left" not in str(error) and "quota" not in str(error):
            raise
        raise StorageFull(
            f"{folder}: the disk is full, so the checkpoint could not be saved. Nothing half-written was kept. "
            "Free some space and start the job again."
        ) from error


@dataclass(frozen=True)
class Checkpointer:
    folder: RunFolder
    model: torch.nn.Module
    optimizer: torch.optim.Optimizer
    keep_epochs: int
    base: ModelSection
    own_tokenizer: Renderer | None
    """Saved with each checkpoint; `None` where the base model's is the checkpoint's too."""
    is_writer: bool = True
    """Of several processes, which all have the same state, one saves it."""

    def save(self, manifest: Manifest, *, keep_step: int | None) -> None:
        """Write the state after `manifest.step` and delete the checkpoints that are no longer kept.

        `keep_step`: one more that stays, however old.
        """
        if not self.is_writer:
            return
        target = self.folder.checkpoint_dir(manifest.step)
        origin = {"base_model": self.base.base_model, "quantization": self.base.quantization}
        manifest = manifest.model_copy(update=origin)
        with _full_disk_named(target.parent), new_checkpoint(target, manifest) as partial:
            save_weights(self.model, partial)
            if self.own_tokenizer is not None:
                save_tokenizer(self.own_tokenizer, self.base, partial)
            save_file(optimizer_tensors(self.optimizer, trainable_parameters(self.model)), partial / OPTIMIZER_FILE)
            save_file(random_state(), partial / RANDOM_STATE_FILE)
        prune_checkpoints(self.folder.checkpoints, self.keep_epochs, keep_step=keep_step)

    def is_sound(self, step: int) -> bool:
        return find_damage(self.folder.checkpoint_dir(step)) is None

    def restore(self) -> tuple[Manifest | None, list[str]]:
        """Set model, optimizer and random state to the newest sound checkpoint.

        Gives its manifest, `None` if there is none, and what was wrong with the newer ones.
        """
        if self.is_writer:
            remove_unfinished(self.folder.checkpoints)
        damages: list[str] = []
        for folder in reversed(list_checkpoints(self.folder.checkpoints)):
            damage = find_damage(folder)
            if damage is None:
                self._read(folder)
                return read_manifest(folder), damages
            damages.append(damage)
        return None, damages

    def _read(self, folder: Path) -> None:
        read_weights(self.model, folder)
        tensors = load_file(folder / OPTIMIZER_FILE)
        set_optimizer_tensors(self.optimizer, trainable_parameters(self.model), tensors)
        set_random_state(load_file(folder / RANDOM_STATE_FILE))
