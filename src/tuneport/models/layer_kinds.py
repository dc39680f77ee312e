"""What the layers of a model see of a text, in transformers' words."""

from __future__ import annotations

from typing import Any


def layer_kinds(config: Any) -> set[str]:
    """Give the kinds of the layers. `config`: that of the model's text part."""
    return set(getattr(config, "layer_types", None) or [_only_kind(config)])


def _only_kind(config: Any) -> str:
    """Give the kind of all layers where the config does not list them."""
    has_window = getattr(config, "sliding_window", None) is not None
    return "sliding_attention" if has_window and getattr(config, "use_sliding_window", True) else "full_attention"
