"""Who answers under a model's name: an engine, the tokenizer that belongs to it, and the adapter to use there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuneport.catalog import BaseModel, find_model, model_folder, require_pulled
from tuneport.config import Settings
from tuneport.core import InvalidRequest
from tuneport.inference import EngineClient, Engines
from tuneport.tokens import Renderer
from tuneport.weights import TOKENIZER_FILE, read_trained_weights, vllm_reads_adapter
from tuneport.workspace.lineage import is_tuned
from tuneport.workspace.models import Models, TunedModel


@dataclass(frozen=True)
class Target:
    renderer: Renderer
    engine: EngineClient
    adapter_dir: str | None
    context_tokens: int
    tokenizer_file: Path


def find_target(name: str, settings: Settings, models: Models, engines: Engines) -> Target:
    """Give who answers under `name`. Raises `NotFound` for an unknown model or a base model that is not here."""
    name = models.answering(name)
    tuned = models.find_tuned(name) if is_tuned(name) else None
    base = find_model(tuned.base_model if tuned else name, settings)
    require_text_model(base)
    require_pulled(base, settings)
    folder = model_folder(base, settings)
    if tuned is not None:
        return tuned_target(tuned, folder, base.context_tokens, engines)
    engine = engines.client_for(folder, vllm_context_tokens=base.context_tokens)
    return Target(Renderer.from_folder(folder), engine, None, base.context_tokens, folder / TOKENIZER_FILE)


def require_text_model(base: BaseModel) -> None:
    """Raise `InvalidRequest` for a base model that writes no text."""
    if base.task != "text":
        raise InvalidRequest(
            f"The model {base.name!r} writes no text; it makes embeddings. Use it at /v1/embeddings, or choose a model "
            "that writes text here.",
            code="wrong_kind_of_model",
            param="model",
        )


def tuned_target(tuned: TunedModel, base_folder: Path, context_tokens: int, engines: Engines) -> Target:
    """Give who answers as a tuned model.

    A model that is trained as a whole stands by itself; an adapter answers on its base, if it can beside others.
    """
    checkpoint = tuned.adapter_dir
    weights = read_trained_weights(checkpoint)
    if weights.kind == "full":
        engine = engines.client_for(checkpoint, name=tuned.name, vllm_context_tokens=context_tokens)
        return Target(Renderer.from_folder(checkpoint), engine, None, context_tokens, checkpoint / TOKENIZER_FILE)
    tokenizer_folder = checkpoint if (checkpoint / TOKENIZER_FILE).is_file() else None
    return Target(
        renderer=Renderer.from_folder(base_folder, tokenizer_folder=tokenizer_folder),
        engine=engines.client_for(
            base_folder,
            name=base_folder.name if weights.shares_base else tuned.name,
            quantization=weights.quantization,
            only_adapter=None if weights.shares_base else checkpoint,
            vllm_context_tokens=context_tokens if _suits_vllm(checkpoint, engines) else None,
        ),
        adapter_dir=str(checkpoint),
        context_tokens=context_tokens,
        tokenizer_file=(tokenizer_folder or base_folder) / TOKENIZER_FILE,
    )


def _suits_vllm(adapter: Path, engines: Engines) -> bool:
    return engines.vllm is not None and vllm_reads_adapter(adapter, max_rank=engines.vllm.max_rank)
