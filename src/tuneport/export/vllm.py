"""The command by which vLLM serves an export."""

from __future__ import annotations

import shlex
from pathlib import Path

from tuneport.export.tuned_files import read_template
from tuneport.weights import VLLM_RANKS, ExportOrder, read_adapter_facts, vllm_reads_adapter

SCRIPT_NAME = "serve-with-vllm.sh"
_HERMES_CALL = "<tool_call>"
"""Calls between these marks are what vLLM calls hermes."""
_HERE = '"$here"'


def serves_adapter(order: ExportOrder) -> bool:
    """Say whether vLLM can serve the adapter on its base: one that it reads, on weights that it can fetch."""
    return order.hub_repository is not None and vllm_reads_adapter(order.checkpoint)


def write_vllm_script(order: ExportOrder, folder: Path, *, with_adapter: bool) -> None:
    words = _adapter_words(order) if with_adapter else [_HERE, "--served-model-name", shlex.quote(order.model)]
    words += ["--chat-template", f"{_HERE}/chat_template.jinja", "--max-model-len", str(order.context_tokens)]
    if _HERMES_CALL in read_template(order):
        words += ["--enable-auto-tool-choice", "--tool-call-parser", "hermes"]
    script = folder / SCRIPT_NAME
    script.write_text(f'#!/bin/sh\nhere=$(dirname "$0")\nexec vllm serve {" ".join(words)} "$@"\n', encoding="utf-8")
    script.chmod(0o755)


def _adapter_words(order: ExportOrder) -> list[str]:
    assert order.hub_repository is not None, "only such an adapter is served"
    rank = next(rank for rank in VLLM_RANKS if rank >= read_adapter_facts(order.checkpoint).rank)
    revision = order.base_source.get("revision")
    return [
        shlex.quote(order.hub_repository),
        *(["--revision", shlex.quote(revision)] if revision else []),
        *("--enable-lora", "--max-lora-rank", str(rank)),
        *("--lora-modules", f"{shlex.quote(order.model)}={_HERE}"),
    ]
