"""The files a run leaves: checkpoints with hashes."""

from tuneport.weights.checkpoint import (
    Manifest,
    find_damage,
    list_checkpoints,
    new_checkpoint,
    prune_checkpoints,
    read_manifest,
)

__all__ = ["Manifest", "find_damage", "list_checkpoints", "new_checkpoint", "prune_checkpoints", "read_manifest"]
