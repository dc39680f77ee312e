"""What a model expects next: the log-probability of every token at some places."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tuneport.models.forest_attention import ForestArrays
from tuneport.models.hidden_states import forest_hidden_states


@torch.no_grad()
def next_logprobs(model: Any, forest: ForestArrays) -> Tensor:
    """Give `[E, V]`, nats: what `model`, as it is trained, expects at the parent of each edge."""
    causal_lm = model.get_base_model() if hasattr(model, "get_base_model") else model
    head = causal_lm.get_output_embeddings().weight
    hidden_ND = forest_hidden_states(causal_lm.get_decoder(), forest, head.device)
    parents = torch.from_numpy(forest.edge_parents).to(head.device)
    return torch.log_softmax((hidden_ND[parents] @ head.T).float(), dim=1)
