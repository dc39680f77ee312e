"""The hidden state of every node of a forest, by the attention that the model was loaded with."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tuneport.models.flex_attention import FLEX_ATTENTION_NAME, forest_block_mask, is_flex_available
from tuneport.models.forest_attention import ATTENTION_NAME, ForestArrays, attention_blocks


def choose_attention(device: torch.device, *, shares_prefixes: bool) -> str | None:
    """Give the attention to load a base model with; `None`, for rows computed alone, is transformers' own choice."""
    if not shares_prefixes:
        return None
    return FLEX_ATTENTION_NAME if is_flex_available(device) else ATTENTION_NAME


def forest_hidden_states(decoder: Any, forest: ForestArrays, device: torch.device) -> Tensor:
    """Give `[N, D]`. `decoder` is a causal LM without its head.

    Where its attention is none of ours, the forest must have been built without sharing.
    """
    attention = decoder.config._attn_implementation
    if attention == FLEX_ATTENTION_NAME:
        return _at_once(decoder, forest, device, forest_mask=forest_block_mask(forest.subtree_end, device))
    if attention == ATTENTION_NAME:
        return _at_once(decoder, forest, device, forest_blocks=attention_blocks(forest, device))
    return _row_by_row(decoder, forest, device)


def _at_once(decoder: Any, forest: ForestArrays, device: torch.device, **attention_inputs: Any) -> Tensor:
    output = decoder(
        input_ids=torch.from_numpy(forest.token_ids)[None].to(device),
        position_ids=torch.from_numpy(forest.position_ids)[None].to(device),
        use_cache=False,
        **attention_inputs,
    )
    hidden_ND: Tensor = output.last_hidden_state[0]
    return hidden_ND


def _row_by_row(decoder: Any, forest: ForestArrays, device: torch.device) -> Tensor:
    starts = np.flatnonzero(forest.position_ids == 0)
    row_ends = np.append(starts[1:], len(forest.token_ids))
    assert (forest.subtree_end == np.repeat(row_ends, row_ends - starts)).all(), "rows computed alone share no node"
    rows = np.split(forest.token_ids, starts[1:])
    outputs = [decoder(input_ids=torch.from_numpy(row)[None].to(device), use_cache=False) for row in rows]
    return torch.cat([output.last_hidden_state[0] for output in outputs])
