"""Embeddings: texts in, one vector for each out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuneport.catalog import BaseModel, find_model, model_folder, require_pulled
from tuneport.config import Settings
from tuneport.core import Check, InvalidRequest, go_on, new_id
from tuneport.inference import EmbedRequest, Engines
from tuneport.tokens import InputTokenizer
from tuneport.workspace.embedding import EmbeddingAnswer, EmbeddingRequest
from tuneport.workspace.lineage import is_tuned
from tuneport.workspace.models import Models
from tuneport.workspace.token_ids import require_token_ids

EMBEDDING_MODEL = "all-minilm-l6-v2"
"""The one of the catalog, to be named where another kind of model was asked."""
MAX_NAMED = 5


@dataclass(frozen=True)
class Embeddings:
    settings: Settings
    models: Models
    engines: Engines

    def create(self, request: EmbeddingRequest, check: Check = go_on) -> EmbeddingAnswer:
        """Give the vectors; what `check` raises cancels.

        Raises `NotFound` for a model that is not here, `InvalidRequest` for one that makes none and for inputs that it
        can't take, and `EngineFailed`.
        """
        name = self.models.answering(request.model)
        model = _embedding_model(name, self.settings)
        folder = model_folder(model, self.settings)
        _require_dimensions(request.dimensions, model.name, folder)
        inputs = _tokenize(request.inputs, InputTokenizer.from_folder(folder))
        _require_short_inputs(inputs, model)
        engine = self.engines.client_for(folder, task="embedding")
        vectors = engine.embed(EmbedRequest(new_id("emb_"), inputs), check)
        return EmbeddingAnswer(name, tuple(vectors), sum(map(len, inputs)))


def _embedding_model(name: str, settings: Settings) -> BaseModel:
    model = None if is_tuned(name) else find_model(name, settings)
    if model is None or model.task != "embedding":
        raise InvalidRequest(
            f"The model {name!r} makes no embeddings; it writes text. Use {EMBEDDING_MODEL!r}.",
            code="wrong_kind_of_model",
            param="model",
        )
    require_pulled(model, settings)
    return model


def _require_dimensions(wanted: int | None, name: str, folder: Path) -> None:
    dimensions = json.loads((folder / "config.json").read_bytes())["hidden_size"]
    if wanted not in (None, dimensions):
        raise InvalidRequest(
            f"'dimensions' is {wanted}; vectors of {name!r} have {dimensions}. Leave 'dimensions' out.",
            code="invalid_value",
            param="dimensions",
        )


def _tokenize(inputs: Sequence[str | tuple[int, ...]], tokenizer: InputTokenizer) -> list[list[int]]:
    rows = []
    for index, text in enumerate(inputs):
        # An empty text would still have the tokens around it.
        token_ids = list(text) if isinstance(text, tuple) else tokenizer.tokenize(text) if text else []
        require_token_ids(token_ids, tokenizer.n_tokens, param=f"input.{index}")
        rows.append(token_ids)
    return rows


def _require_short_inputs(inputs: Sequence[list[int]], model: BaseModel) -> None:
    long_ones = [
        (index, len(token_ids)) for index, token_ids in enumerate(inputs) if len(token_ids) > model.context_tokens
    ]
    if long_ones:
        named = ", ".join(f"'input.{index}' has {n_tokens} tokens" for index, n_tokens in long_ones[:MAX_NAMED])
        others = f" and {len(long_ones) - MAX_NAMED} more are too long" if len(long_ones) > MAX_NAMED else ""
        raise InvalidRequest(
            f"{named}{others}; {model.name!r} takes at most {model.context_tokens}. Cut longer texts into pieces.",
            code="context_length_exceeded",
            param=f"input.{long_ones[0][0]}",
        )
