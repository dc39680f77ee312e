"""Rows of embedding and head for tokens that the base model does not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def fit_vocabulary(model: PreTrainedModel, n_tokens: int) -> None:
    """Grow embedding and head to `n_tokens` rows; a model that has them, as many are padded, stays as it is."""
    if n_tokens > model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(n_tokens, mean_resizing=False)
        model.requires_grad_(False)


@torch.no_grad()
def add_token_rows(model: PreTrainedModel, token_ids: Sequence[int]) -> None:
    """Give each of `token_ids`, the last of the vocabulary, the mean of the rows before them."""
    fit_vocabulary(model, max(token_ids) + 1)
    for matrix in (model.get_input_embeddings().weight, model.get_output_embeddings().weight):
        matrix[list(token_ids)] = matrix[: min(token_ids)].float().mean(dim=0).to(matrix.dtype)


def trained_rows(model: PreTrainedModel, token_ids: Sequence[int]) -> list[int] | dict[str, list[int]]:
    """Give peft's `trainable_token_indices`: the ids, for each matrix by its name where head and embedding differ."""
    embedding, head = model.get_input_embeddings(), model.get_output_embeddings()
    if head.weight is embedding.weight:
        return list(token_ids)
    names: dict[Any, str] = {module: name for name, module in model.named_modules()}
    return {names[module]: list(token_ids) for module in (embedding, head)}
