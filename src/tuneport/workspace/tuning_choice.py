"""What a request for a job says of the weights to be trained, made whole and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tuneport.core import InvalidRequest, require_package
from tuneport.jobs import DEFAULT_RANK, Tuning, default_alpha


@dataclass(frozen=True)
class TuningChoice:
    """As the user gave it; `None` is what was left out."""

    kind: Literal["lora", "dora", "full"] = "lora"
    rank: int | None = None
    alpha: float | None = None
    is_rank_stabilized: bool = False
    dropout: float | None = None
    targets: tuple[str, ...] = ()
    new_tokens: tuple[str, ...] = ()
    quantization: Literal["none", "nf4"] | None = None


def checked_tuning(choice: TuningChoice | None, earlier: Tuning | None) -> Tuning:
    """Give what the job trains. `earlier`: what made the tuned model that it goes on from.

    Raises `InvalidRequest` for what can't be had together, and for what needs a package that is not here.
    """
    if earlier is not None:
        if choice is not None:
            raise InvalidRequest(
                "'tuneport.adapter', 'quantization' or 'preset' is given, and 'model' is a tuned model: a "
                f"job goes on with the kind {earlier.kind!r} that the model was tuned with. Leave them out, or use a "
                "base model.",
                code="tuning_of_continued_model",
                param="tuneport.adapter",
            )
        _check_packages(earlier.quantization)
        return earlier.continued()
    choice = choice or TuningChoice()
    _check_full(choice)
    quantization = choice.quantization or "none"
    _check_packages(quantization)
    rank = choice.rank or DEFAULT_RANK
    return Tuning(
        kind=choice.kind,
        rank=rank,
        alpha=choice.alpha or default_alpha(rank, is_rank_stabilized=choice.is_rank_stabilized),
        is_rank_stabilized=choice.is_rank_stabilized,
        dropout=choice.dropout or 0.0,
        targets=choice.targets,
        new_tokens=choice.new_tokens,
        quantization=quantization,
    )


def _check_packages(quantization: Literal["none", "nf4"]) -> None:
    if quantization == "nf4":
        require_package(
            "bitsandbytes", extra="qlora", what="A base model in four bits (nf4)", param="tuneport.quantization"
        )


def _check_full(choice: TuningChoice) -> None:
    if choice.kind != "full":
        return
    if choice.quantization == "nf4":
        raise InvalidRequest(
            f"'quantization' is {choice.quantization!r} and 'adapter.kind' is 'full': weights in four bits are frozen "
            "and cannot be trained. Use the kind 'lora' or 'dora', or leave 'quantization' (or the preset) out.",
            code="full_tuning_of_quantized_model",
            param="tuneport.quantization",
        )
    of_adapters = (choice.rank, choice.alpha, choice.is_rank_stabilized or None, choice.dropout, choice.targets or None)
    if any(value is not None for value in of_adapters):
        raise InvalidRequest(
            "'adapter.kind' is 'full', which trains every weight, and something is given that only adapters have: a "
            "rank, an alpha, rank stabilization, dropout, targets or a preset. Leave it out, or use the kind 'lora' or "
            "'dora'.",
            code="full_tuning_has_no_rank",
            param="tuneport.adapter",
        )
