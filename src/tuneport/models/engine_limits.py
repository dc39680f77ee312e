"""What the engine that is built in can answer with, known from a model's configuration: before it is trained."""

from __future__ import annotations

import inspect
from typing import Any

from tuneport.models.layer_kinds import layer_kinds

_KINDS = ("full_attention", "sliding_attention", "chunked_attention")
"""Layers of other kinds keep something else than keys and values, or choose among them."""


def why_engine_cannot_answer(config: Any) -> str | None:
    """Say why the engine can't compute a model, in half a sentence about it; `None` where nothing is known against it.

    The engine keeps the keys and values of many texts side by side, and tells the model each token's place.
    """
    text_config = config.get_text_config()
    return _why_of_layers(text_config) or _why_of_class(config)


def _why_of_layers(config: Any) -> str | None:
    others = sorted(layer_kinds(config) - set(_KINDS))
    if others:
        return f"has layers of the kind {others[0]!r}, and not of {', '.join(map(repr, _KINDS))}"
    if getattr(config, "num_attention_heads", None) is None:
        return "has no attention heads"
    if getattr(config, "kv_lora_rank", None) is not None:
        return "has keys and values of different sizes"
    return None


def _why_of_class(config: Any) -> str | None:
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING

    model_class = MODEL_FOR_CAUSAL_LM_MAPPING.get(type(config), None)
    if model_class is None:
        return "is none of transformers' own language models"
    if model_class._is_stateful:
        return "keeps a state from token to token"
    if not model_class._supports_sdpa:
        return "has an attention of its own, which torch's can't stand for"
    if "position_ids" not in inspect.signature(model_class.forward).parameters:
        return "counts the places of tokens by itself"
    return None
