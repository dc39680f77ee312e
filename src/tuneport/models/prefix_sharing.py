"""Whether rows of one model may share the prefixes that they have in common.

They may where every layer is plain causal attention: what a token sees is then its ancestors in the forest, whatever
rows stand around it. Layers that keep a state, or that see only the last so many tokens, go by a token's place in the
batch instead of its place in the row.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from tuneport.models.layer_kinds import layer_kinds

_STRETCHED_ROTARY = ("dynamic", "longrope")


def read_model_config(folder: Path) -> Any:
    """Read the transformers config of the base model in `folder`, without its weights."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def why_rows_stay_separate(config: Any, longest_row_tokens: int) -> str | None:
    """Say why each row has to be computed alone, `None` where rows may share prefixes.

    The answer is half a sentence about the model. A window that no row is longer than does not count.
    """
    text_config = config.get_text_config()
    return (
        _why_of_layers(text_config, longest_row_tokens)
        or _why_of_positions(text_config, longest_row_tokens)
        or _why_of_class(config)
    )


def _why_of_layers(config: Any, longest_row_tokens: int) -> str | None:
    for kind in sorted(layer_kinds(config) - {"full_attention"}):
        if kind not in ("sliding_attention", "chunked_attention"):
            return f"it has layers of the kind {kind!r}, which are not plain causal attention"
        window = config.sliding_window if kind == "sliding_attention" else config.attention_chunk_size
        if window is not None and window < longest_row_tokens:
            return f"it has layers that see {window} tokens at once, and the longest row has {longest_row_tokens}"
    return None


def _why_of_positions(config: Any, longest_row_tokens: int) -> str | None:
    """Some models turn all positions of a batch differently as soon as one row in it passes the trained length."""
    rotary = getattr(config, "rope_parameters", None) or {}
    limit = rotary.get("original_max_position_embeddings") or getattr(config, "max_position_embeddings", None)
    kind = rotary.get("rope_type")
    if kind in _STRETCHED_ROTARY and limit is not None and longest_row_tokens > limit:
        return f"its {kind} positions change past {limit} tokens, and the longest row has {longest_row_tokens}"
    return None


def _why_of_class(config: Any) -> str | None:
    from transformers import MODEL_FOR_CAUSAL_LM_MAPPING

    model_class = MODEL_FOR_CAUSAL_LM_MAPPING.get(type(config), None)
    if model_class is None:
        return "it is not one of transformers' own language models"
    if model_class._is_stateful:
        return "its layers keep a state from token to token"
    # What torch's own attention can't compute (capped scores, sinks) ours, which is built on it, can't either.
    if not (model_class._supports_attention_backend and model_class._supports_sdpa):
        return "its attention is a kind of its own"
    if "position_ids" not in inspect.signature(model_class.forward).parameters:
        return "it counts positions by itself"
    return None
