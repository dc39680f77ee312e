from __future__ import annotations

import torch
from torch import Tensor

from tuneport.models import EdgeLogprobs
from tuneport.tokens import Forest


def row_logprobs(forest: Forest, edges: EdgeLogprobs) -> Tensor:
    """Give `[rows]`: the log-probability of each row's trained tokens, in nats, in the order the rows came in."""
    device = edges.logprobs.device
    terms = edges.logprobs[torch.from_numpy(forest.term_edges).to(device)]
    weighted = terms * torch.from_numpy(forest.term_weights).to(device)
    sums = torch.zeros(forest.n_rows, dtype=weighted.dtype, device=device)
    return sums.index_add(0, torch.from_numpy(forest.term_rows).to(device), weighted)
