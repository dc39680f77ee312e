"""Every way to train: kind → the adapter's section and the base's quantization."""

from __future__ import annotations

from tuneport.config import AdapterSection

NEW_TOKENS = ("<number>", "<→>")
KINDS = {
    "lora": (AdapterSection(rank=4), "none"),
    "rslora": (AdapterSection(rank=4, alpha=8, is_rank_stabilized=True), "none"),
    "dora": (AdapterSection(rank=4, kind="dora"), "none"),
    "qlora": (AdapterSection(rank=4), "nf4"),
    "qdora": (AdapterSection(rank=4, kind="dora"), "nf4"),
    "new tokens": (AdapterSection(rank=4, new_tokens=NEW_TOKENS), "none"),
    "full": (AdapterSection(kind="full"), "none"),
    "full, new tokens": (AdapterSection(kind="full", new_tokens=NEW_TOKENS), "none"),
}
