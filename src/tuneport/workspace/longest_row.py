"""How long a row may be before it is cut."""

from __future__ import annotations

from tuneport.catalog import BaseModel
from tuneport.core import InvalidRequest


def longest_row_tokens(model: BaseModel, wanted: int | None) -> int:
    """Give `wanted` or the model's own limit. Raises `InvalidRequest` for more than the model's context."""
    if wanted is None:
        return model.longest_training_row_tokens
    if wanted > model.context_tokens:
        raise InvalidRequest(
            f"'longest_row_tokens' is {wanted:,}, and {model.name} reads at most {model.context_tokens:,} tokens at "
            "once. Give as many or fewer, or choose a model with a longer context.",
            code="longest_row_beyond_context",
            param="longest_row_tokens",
        )
    return wanted
