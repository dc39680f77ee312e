"""What "auto" means: the values that a run takes where the user names none, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

TARGET_EPOCHS = 3
MIN_EXAMPLES_SEEN = 100
MAX_EXAMPLES_SEEN = 25_000
MAX_AUTO_EPOCHS = 25

ROWS_PER_BATCH_ROW = 15
MAX_AUTO_BATCH = 16
BASE_LEARNING_RATE = 3e-3
"""For supervised LoRA at batch 16 on a model of `SWEPT_PARAMETERS`; see docs/decisions/0003-auto-hyperparameters.md."""
SWEPT_PARAMETERS = 135_000_000
DPO_RATE_SHARE = 0.1
"""Preference tuning takes a tenth of the supervised rate: a pair pulls the model in one direction without end."""
DPO_BETA = 0.1
FULL_RATE_SHARE = 0.05
"""Training every weight takes a twentieth of an adapter's rate: a small step of all of them is a large one."""


@dataclass(frozen=True)
class Hyperparameters:
    """OpenAI's knobs, resolved, and the learning rate that they come to."""

    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    learning_rate: float
    beta: float | None
    """`None` for methods that have none."""
    reasons: dict[str, str]
    """Name of a value that "auto" chose → why, in one sentence."""


def resolve_hyperparameters(
    n_examples: int,
    *,
    parameters: int,
    n_epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate_multiplier: float | None = None,
    learning_rate: float | None = None,
    method: str = "supervised",
    trains_all_weights: bool = False,
    beta: float | None = None,
) -> Hyperparameters:
    """Fill in what is `None` ("auto") from the number of training rows, `n_examples` ≥ 1.

    parameters: of the base model. learning_rate: in place of the automatic one and its multiplier.
    """
    reasons = {}
    if n_epochs is None:
        n_epochs = auto_epochs(n_examples)
        reasons["n_epochs"] = (
            f"{n_examples} rows: OpenAI's rule aims at {TARGET_EPOCHS} epochs and 100 to 25,000 rows seen"
        )
    if batch_size is None:
        batch_size = auto_batch_size(n_examples)
        reasons["batch_size"] = (
            f"{n_examples} rows: a power of two near rows / {ROWS_PER_BATCH_ROW}, 1 to {MAX_AUTO_BATCH}"
        )
    if method == "dpo" and beta is None:
        beta = DPO_BETA
        reasons["beta"] = "the usual value; a higher one keeps the model nearer to what it was"
    base_rate, why = _base_rate(parameters, method, trains_all_weights=trains_all_weights)
    automatic_rate = base_rate * math.sqrt(batch_size / MAX_AUTO_BATCH)
    how = f"{base_rate:.2g} at batch {MAX_AUTO_BATCH}{why}, scaled by the square root of the batch"
    if learning_rate is not None:
        learning_rate_multiplier = learning_rate / automatic_rate
        reasons["learning_rate_multiplier"] = f"the learning rate over the automatic one, {automatic_rate:.3g}: {how}"
    elif learning_rate_multiplier is None:
        learning_rate_multiplier = 1.0
        reasons["learning_rate_multiplier"] = "1 keeps the automatic rate"
    if learning_rate is None:
        learning_rate = automatic_rate * learning_rate_multiplier
        reasons["learning_rate"] = f"{how}, times the multiplier"
    return Hyperparameters(
        n_epochs=n_epochs,
        batch_size=batch_size,
        learning_rate_multiplier=learning_rate_multiplier,
        learning_rate=learning_rate,
        beta=beta,
        reasons=reasons,
    )


def _base_rate(parameters: int, method: str, *, trains_all_weights: bool) -> tuple[float, str]:
    """Give the rate at the largest automatic batch, and what made it lower."""
    rate, why = BASE_LEARNING_RATE, ""
    if parameters > SWEPT_PARAMETERS:
        rate *= math.sqrt(SWEPT_PARAMETERS / parameters)
        why += f", lower for {parameters / 1e6:,.0f} million weights"
    if method == "dpo":
        rate *= DPO_RATE_SHARE
        why += ", a tenth of the supervised rate"
    if trains_all_weights:
        rate *= FULL_RATE_SHARE
        why += ", a twentieth of an adapter's rate"
    return rate, why


def auto_epochs(n_examples: int) -> int:
    """Give OpenAI's number of epochs. Source: cookbook "Data preparation and analysis for chat fine-tuning"."""
    if n_examples * TARGET_EPOCHS < MIN_EXAMPLES_SEEN:
        return min(MAX_AUTO_EPOCHS, max(1, MIN_EXAMPLES_SEEN // n_examples))
    if n_examples * TARGET_EPOCHS > MAX_EXAMPLES_SEEN:
        return max(1, MAX_EXAMPLES_SEEN // n_examples)
    return TARGET_EPOCHS


def auto_batch_size(n_examples: int) -> int:
    """Give 1 for a handful of rows, as OpenAI does, and up to 16, where rows share their prefixes best."""
    share = max(1, n_examples // ROWS_PER_BATCH_ROW)
    return min(MAX_AUTO_BATCH, 1 << (share.bit_length() - 1))
