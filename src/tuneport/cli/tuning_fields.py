"""What `tuneport run` was told of the weights to train, as the job's field `tuneport` takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def tuning_fields(
    adapter: str | None,
    rank: int | None,
    new_tokens: Sequence[str],
    *,
    is_rank_stabilized: bool,
    longest_row: int | None = None,
) -> dict[str, Any]:
    """Give `adapter`, `quantization` and `training`, each only where something was chosen."""
    chosen: dict[str, Any] = {
        "kind": "lora" if adapter == "qlora" else adapter,
        "rank": rank,
        "is_rank_stabilized": is_rank_stabilized or None,
        "new_tokens": list(new_tokens) or None,
    }
    fields = {name: value for name, value in chosen.items() if value is not None}
    return {
        **({"adapter": fields} if fields else {}),
        **({"quantization": "nf4"} if adapter == "qlora" else {}),
        **({"training": {"longest_row_tokens": longest_row}} if longest_row is not None else {}),
    }
