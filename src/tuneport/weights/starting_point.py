"""A checkpoint of an earlier run as the beginning of the next one."""

from __future__ import annotations

from pathlib import Path

from tuneport.config import AdapterSection
from tuneport.core import InvalidRequest
from tuneport.weights.checkpoint import MANIFEST_FILE, read_manifest
from tuneport.weights.trained_weights import ADAPTER_CONFIG_FILE, ADAPTER_FILE, MODEL_FILE, read_adapter_facts


def adapter_to_continue(section: AdapterSection, base_model: str) -> AdapterSection:
    """Give `section` as the checkpoint in `start_from` asks for it: an adapter keeps its kind, rank and alpha.

    Without `start_from` it is given back as it is. Raises `InvalidRequest` where the checkpoint does not fit.
    """
    if section.start_from is None:
        return section
    is_full = section.kind == "full"
    _require_files(section.start_from, (MODEL_FILE, MANIFEST_FILE) if is_full else (ADAPTER_FILE, ADAPTER_CONFIG_FILE))
    if is_full:
        _require_base(section.start_from, read_manifest(section.start_from).base_model, base_model)
        return section
    facts = read_adapter_facts(section.start_from)
    _require_base(section.start_from, facts.base_model, base_model)
    if section.new_tokens:
        raise InvalidRequest(
            f"'new_tokens' is {list(section.new_tokens)!r} and the run goes on with the adapter in "
            f"{section.start_from}; an adapter keeps the tokens that it was begun with. Leave 'new_tokens' out, or "
            "start from the base model.",
            code="new_tokens_in_continued_adapter",
            param="new_tokens",
        )
    return section.model_copy(
        update={
            "kind": "dora" if facts.is_dora else "lora",
            "rank": facts.rank,
            "alpha": facts.alpha,
            "is_rank_stabilized": facts.is_rank_stabilized,
        }
    )


def _require_files(folder: Path, names: tuple[str, ...]) -> None:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise InvalidRequest(
            f"'start_from' is {str(folder)!r}, which lacks {' and '.join(missing)}. A full training goes on from "
            f"a checkpoint with {MODEL_FILE}, any other from one with {ADAPTER_FILE}. "
            "Give such a folder, or the adapter kind that it was trained with.",
            code="start_from_incomplete",
            param="start_from",
        )


def _require_base(folder: Path, found: str, wanted: str) -> None:
    if found != wanted:
        raise InvalidRequest(
            f"'start_from' is {str(folder)!r}, which was trained on {found!r}, and the run's base model is "
            f"{wanted!r}. A run goes on only on the same base model: use {found!r}, or another checkpoint.",
            code="start_from_other_base",
            param="start_from",
        )
