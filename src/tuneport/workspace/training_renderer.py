"""The tokenizer and template that a job on a model would train with."""

from __future__ import annotations

from dataclasses import dataclass

from tuneport.catalog import BaseModel, find_model, model_folder, require_pulled
from tuneport.config import Settings
from tuneport.tokens import Renderer
from tuneport.weights import TOKENIZER_FILE
from tuneport.workspace.lineage import is_tuned
from tuneport.workspace.models import Models
from tuneport.workspace.target import require_text_model


@dataclass(frozen=True)
class TrainingRenderer:
    base: BaseModel
    renderer: Renderer


def find_training_renderer(name: str, settings: Settings, models: Models) -> TrainingRenderer:
    """Give what renders the rows of a job on a base model, or on a tuned one, which may have tokens of its own.

    Raises `NotFound` for an unknown model or a base model that is not here, `InvalidRequest` for one without template.
    """
    name = models.find(name).name
    tuned = models.find_tuned(name) if is_tuned(name) else None
    base = find_model(tuned.base_model if tuned else name, settings)
    require_text_model(base)
    require_pulled(base, settings)
    has_own = tuned is not None and (tuned.adapter_dir / TOKENIZER_FILE).is_file()
    tokenizer_folder = tuned.adapter_dir if tuned and has_own else None
    return TrainingRenderer(base, Renderer.from_folder(model_folder(base, settings), tokenizer_folder=tokenizer_folder))
