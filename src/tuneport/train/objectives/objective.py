"""What a training method is to the loop: how a line becomes rows, and what their loss is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from torch import Tensor

from tuneport.data import AnyExample
from tuneport.models import EdgeLogprobs
from tuneport.tokens import Forest, Renderer, Sample


@dataclass(frozen=True)
class LossOutput:
    """What an objective gives for one forest: sums, which the loop divides by the step's total."""

    loss_sum: Tensor
    """Scalar with gradient, nats."""
    n_right: Tensor
    """Scalar: how many of the counted things the model has right."""
    extra_sums: Mapping[str, Tensor] = field(default_factory=dict)
    """Further scalars to be divided by the count and reported under these names."""

    def detached(self) -> LossOutput:
        """Give the numbers without the graph that they came from."""
        extra = {name: value.detach() for name, value in self.extra_sums.items()}
        return LossOutput(self.loss_sum.detach(), self.n_right.detach(), extra)


class Objective(Protocol):
    @property
    def method(self) -> Literal["supervised", "dpo"]:
        """Which format its data files have."""
        ...

    @property
    def needs_reference(self) -> bool:
        """Whether `Sample.reference_logprobs` must be there for `loss`."""
        ...

    def tokenize(self, example: AnyExample, renderer: Renderer, *, longest_row_tokens: int) -> Sample: ...

    def count(self, samples: Sequence[Sample]) -> float:
        """Give what the summed loss of `samples` is divided by to be a mean."""
        ...

    def loss(self, forest: Forest, edges: EdgeLogprobs, samples: Sequence[Sample]) -> LossOutput:
        """Give the loss of a forest that was built of the rows of `samples`, in their order."""
        ...
