"""What a comparison found, from the results and gradients of its sides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from benchmarks.against_trl.our_run import read_run
from benchmarks.against_trl.setting import WorkFolder


def write_report(work: WorkFolder, *, has_exact_gradient: bool) -> dict[str, Any]:
    """Compare both sides. Where a gradient in double precision is there, it is what both are measured against."""
    ours, theirs = read_run(work), work.read_result("theirs")
    differences = [abs(our - their) for our, their in zip(ours["losses"], theirs["losses"], strict=True)]
    return {
        **_of_gradients(work, has_exact_gradient=has_exact_gradient),
        "speedup": theirs["seconds"] / ours["seconds"],
        "loss_difference": max(differences),
        "final_loss_difference": differences[-1],
        "peak_memory_ratio": ours["peak_memory_bytes"] / theirs["peak_memory_bytes"],
        "tokens_in_rows": ours["tokens_in_rows"],
        "tokens_padded": theirs["tokens_padded"],
        "tokens_computed": ours["tokens_computed"],
        "ours": ours,
        "theirs": theirs,
    }


def gradient_difference(work: WorkFolder, side: str, other: str) -> float:
    """Give the norm of the difference of two sides' gradients over the norm of `other`'s."""
    values, expected = _flat(work, side), _flat(work, other)
    return float(np.linalg.norm(values - expected) / np.linalg.norm(expected))


def _of_gradients(work: WorkFolder, *, has_exact_gradient: bool) -> dict[str, Any]:
    if not has_exact_gradient:
        return {"gradient_relative_error": gradient_difference(work, "ours", "theirs"), "gradient_peer": "TRL, fp32"}
    return {
        "gradient_relative_error": gradient_difference(work, "ours", "exact"),
        "gradient_peer": "single rows, fp64",
        "peer_gradient_relative_error": gradient_difference(work, "theirs", "exact"),
    }


def _flat(work: WorkFolder, side: str) -> NDArray[np.float64]:
    tensors = load_file(work.gradient_file(side))
    return np.concatenate([tensors[name].ravel().astype(np.float64) for name in sorted(tensors)])
