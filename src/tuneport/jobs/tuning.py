"""What a job trains of its model, and how the rest of the model is held."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tuneport.config import AdapterSection

DEFAULT_RANK = 16
ALPHA_PER_RANK = 2
STABILIZED_ALPHA = 8
"""At rank 16 it scales an adapter as twice the rank does without stabilization, so the automatic rate fits both."""


@dataclass(frozen=True)
class Tuning:
    kind: Literal["lora", "dora", "full"] = "lora"
    rank: int = DEFAULT_RANK
    alpha: float = ALPHA_PER_RANK * DEFAULT_RANK
    is_rank_stabilized: bool = False
    dropout: float = 0.0
    targets: tuple[str, ...] = ()
    """Last names of the layers that get an adapter; none names all linear ones."""
    new_tokens: tuple[str, ...] = ()
    quantization: Literal["none", "nf4"] = "none"

    @classmethod
    def of(cls, record: dict[str, Any]) -> Tuning:
        """Read what `record` wrote; an empty one is a plain adapter."""
        return cls(**{**record, **{name: tuple(record.get(name, ())) for name in ("targets", "new_tokens")}})

    def record(self) -> dict[str, Any]:
        return {**asdict(self), "targets": list(self.targets), "new_tokens": list(self.new_tokens)}

    def continued(self) -> Tuning:
        """Give what a job trains that goes on from a model of this one: the new tokens are there by now."""
        return replace(self, new_tokens=())

    def adapter_section(self, start_from: Path | None) -> AdapterSection:
        return AdapterSection(
            kind=self.kind,
            rank=self.rank,
            alpha=self.alpha,
            is_rank_stabilized=self.is_rank_stabilized,
            dropout=self.dropout,
            targets=self.targets,
            new_tokens=self.new_tokens,
            start_from=start_from,
        )


def default_alpha(rank: int, *, is_rank_stabilized: bool) -> float:
    return STABILIZED_ALPHA if is_rank_stabilized else ALPHA_PER_RANK * rank
