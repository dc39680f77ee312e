"""Tokens that a run adds to the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from tokenizers import AddedToken, Tokenizer

from tuneport.core import InvalidRequest


def add_new_tokens(tokenizer: Tokenizer, tokens: Sequence[str]) -> tuple[int, ...]:
    """Add `tokens` to the tokenizer, wherever they stand in a text, and give their ids.

    They are shown in answers, as what a model says with them is meant to be read. Raises `InvalidRequest`.
    """
    known = [token for token in tokens if not token.strip() or tokenizer.token_to_id(token) is not None]
    repeated = [token for token in set(tokens) if tokens.count(token) > 1]
    if known or repeated:
        raise InvalidRequest(
            f"'new_tokens' has {(known + repeated)[0]!r}, which is empty, named twice, or a token of the model already."
            " Give each text that is to become one token once, and leave out those that are one.",
            code="invalid_new_tokens",
            param="new_tokens",
        )
    taken = set(tokenizer.get_vocab(with_added_tokens=True).values()) if tokens else set()
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in tokens])
    vocabulary = tokenizer.get_added_tokens_decoder()
    ids = {added.content: token_id for token_id, added in vocabulary.items()}
    new_ids = tuple(ids[token] for token in tokens)
    _require_free(new_ids, taken)
    return new_ids


def _require_free(new_ids: Sequence[int], taken: AbstractSet[int]) -> None:
    """The library counts tokens to find the next id, which is another token's where some ids are left out."""
    if taken and min(new_ids) <= max(taken):
        raise InvalidRequest(
            f"'new_tokens' cannot be added: the model's tokenizer leaves out some ids below {max(taken)}, so a new "
            f"token would be given the id {min(new_ids)}, in the midst of the others. Leave 'new_tokens' out, or "
            "choose another base model.",
            code="invalid_new_tokens",
            param="new_tokens",
        )
