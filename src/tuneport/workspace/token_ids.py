"""Token ids that a request sent in place of text."""

from __future__ import annotations

from collections.abc import Sequence

from tuneport.core import InvalidRequest


def require_token_ids(token_ids: Sequence[int], n_tokens: int, *, param: str) -> None:
    """Raise `InvalidRequest` for no tokens at all, or one that a model of `n_tokens` tokens does not have."""
    if not token_ids:
        raise InvalidRequest(f"{param!r} is empty. Give at least one token of text.", code="empty_input", param=param)
    unknown = next((token_id for token_id in token_ids if not 0 <= token_id < n_tokens), None)
    if unknown is not None:
        raise InvalidRequest(
            f"{param!r} has the token {unknown}; the tokens of this model are 0 to {n_tokens - 1}. Use those of the "
            "model's own tokenizer, or send text.",
            code="unknown_token",
            param=param,
        )
