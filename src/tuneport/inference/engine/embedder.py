"""Texts in, vectors out: the mean of the last layer's states over a text's tokens, scaled to length 1."""

from __future__ import annotations

from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import normalize

from tuneport.inference.protocol import EmbedRequest, EndEvent, EngineEvent, FailedEvent, VectorEvent

if TYPE_CHECKING:
    from transformers import PreTrainedModel

TOKENS_AT_ONCE = 8192

Input = tuple[int, list[int]]
"""Place in the request, and token ids."""


class Embedder:
    """Holds the requests and the model. `step` does one piece of work; the caller loops."""

    def __init__(
        self,
        model: PreTrainedModel,
        emit: Callable[[EngineEvent], None],
        *,
        tokens_at_once: int = TOKENS_AT_ONCE,
    ) -> None:
        """`tokens_at_once`: how much one step computes, padding included."""
        self._model = model
        self._emit = emit
        self._tokens_at_once = tokens_at_once
        self._waiting: OrderedDict[str, list[Input]] = OrderedDict()

    @property
    def is_idle(self) -> bool:
        return not self._waiting

    def submit(self, request: EmbedRequest) -> None:
        # Texts of like length are computed together, the longest first: they are taken from the end.
        self._waiting[request.id] = sorted(enumerate(request.inputs), key=lambda each: len(each[1]))

    def cancel(self, request_id: str) -> None:
        self._waiting.pop(request_id, None)

    @torch.inference_mode()
    def step(self) -> None:
        """Compute some texts of the request that has waited longest since its last turn."""
        request_id, inputs = next(iter(self._waiting.items()))
        batch = _take(inputs, self._tokens_at_once)
        try:
            vectors = embed_tokens(self._model, [token_ids for _, token_ids in batch])
        except Exception as error:
            # It fails its own request, not those of others.
            del self._waiting[request_id]
            self._emit(FailedEvent(request_id, f"{type(error).__name__}: {error}", "answer_failed"))
            return
        for (index, _), vector in zip(batch, vectors.cpu(), strict=True):
            self._emit(VectorEvent(request_id, index, b64encode(vector.numpy().astype("<f4").tobytes()).decode()))
        self._waiting.move_to_end(request_id)
        if not inputs:
            del self._waiting[request_id]
            self._emit(EndEvent(request_id, "stop", 0))


def embed_tokens(model: PreTrainedModel, inputs: Sequence[list[int]]) -> Tensor:
    """Give the vectors of the texts, `[B, hidden]`, in fp32."""
    lengths = torch.tensor([len(token_ids) for token_ids in inputs], device=model.device)
    ids_BT = torch.zeros(len(inputs), int(lengths.max()), dtype=torch.long, device=model.device)
    for row, token_ids in enumerate(inputs):
        ids_BT[row, : len(token_ids)] = torch.tensor(token_ids, device=model.device)
    mask_BT = torch.arange(ids_BT.shape[1], device=model.device)[None] < lengths[:, None]
    hidden_BTD = model(input_ids=ids_BT, attention_mask=mask_BT.long()).last_hidden_state
    sums_BD = (hidden_BTD * mask_BT[:, :, None]).sum(1)
    return normalize(sums_BD / lengths[:, None], dim=1)


def _take(inputs: list[Input], n_tokens: int) -> list[Input]:
    """Remove the longest inputs from the end, as many as fill `n_tokens`, and give them."""
    n = max(1, n_tokens // max(1, len(inputs[-1][1])))
    batch = inputs[-n:]
    del inputs[-n:]
    return batch
