"""What the trained model answers while it is still in the process that trained it.

Kept with the checkpoint: the same prompts are asked wherever the model runs later, and have to be answered alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tuneport.config import RunSpec
from tuneport.data import read_examples
from tuneport.models import next_logprobs, read_weights
from tuneport.tokens import DraftedPrompt, Forest, Renderer, TokenizedRow, build_forest, choose_prompts
from tuneport.weights import LIKELIEST_TOKENS, GreedyAnswer, ReferenceAnswer, ReferenceAnswers

MOST_ANSWER_TOKENS = 8
MOST_COMPUTED_TOKENS = 1024
"""Each pass over the prompts computes them anew, as training does. This bounds what all passes take, but for the first.
"""


def answer_references(
    model: torch.nn.Module,
    spec: RunSpec,
    renderer: Renderer,
    *,
    shares_prefixes: bool,
    checkpoint: Path | None = None,
) -> ReferenceAnswers:
    """Give the model's answers to some prompts of its training file and to our own.

    `checkpoint`: whose weights it is set to first; `None` where it has them. Every process of a run has to call this.
    """
    if checkpoint is not None:
        read_weights(model, checkpoint)
    model.eval()
    rows = read_examples(spec.data.training_file, method=spec.method.kind)
    longest = spec.model.longest_row_tokens - MOST_ANSWER_TOKENS
    prompts = [each for each in choose_prompts(rows, renderer) if len(each.token_ids) <= longest]
    answers = _greedy_answers(model, prompts, renderer.stop_token_ids, shares_prefixes)
    return ReferenceAnswers(
        day=spec.day,
        stop_token_ids=tuple(sorted(renderer.stop_token_ids)),
        numbers="bf16" if next(model.parameters()).device.type == "cuda" else "f32",
        answers=tuple(
            ReferenceAnswer(name=each.prompt.name, prompt=each.prompt.to_json(), answer=answer)
            for each, answer in zip(prompts, answers, strict=True)
        ),
    )


@dataclass
class _Answer:
    prompt_ids: list[int]
    draft_ids: list[int]
    token_ids: list[int] = field(default_factory=list)
    likeliest: list[dict[int, float]] = field(default_factory=list)

    def is_open(self, stop_token_ids: AbstractSet[int]) -> bool:
        return len(self.token_ids) < MOST_ANSWER_TOKENS and stop_token_ids.isdisjoint(self.token_ids)

    @property
    def guess(self) -> list[int]:
        """Give what is left of the draft, as long as the answer has followed it."""
        n_tokens = len(self.token_ids)
        is_right = self.draft_ids[:n_tokens] == self.token_ids
        return self.draft_ids[n_tokens : MOST_ANSWER_TOKENS - 1] if is_right else []

    def extend(self, likeliest: Sequence[dict[int, float]], stop_token_ids: AbstractSet[int]) -> None:
        """Take the tokens up to the first that the guess had wrong: what comes after that is not known."""
        for likely, guessed in zip(likeliest, [*self.guess, None], strict=True):
            token_id = next(iter(likely))
            self.token_ids.append(token_id)
            self.likeliest.append(likely)
            if token_id != guessed or token_id in stop_token_ids:
                return


def _greedy_answers(
    model: torch.nn.Module, prompts: Sequence[DraftedPrompt], stop_token_ids: AbstractSet[int], shares_prefixes: bool
) -> list[GreedyAnswer]:
    answers = [_Answer(each.token_ids, each.draft_ids) for each in prompts]
    n_computed = 0
    while open_ones := [answer for answer in answers if answer.is_open(stop_token_ids)]:
        forest = build_forest([_row(answer) for answer in open_ones], share_prefixes=shares_prefixes)
        n_computed += forest.n_nodes
        if n_computed > max(MOST_COMPUTED_TOKENS, forest.n_nodes):
            break
        likeliest = _likeliest(next_logprobs(model, forest))
        for answer, edges in zip(open_ones, _edges_of_rows(forest), strict=True):
            answer.extend([likeliest[edge] for edge in edges], stop_token_ids)
    return [
        GreedyAnswer(
            prompt_ids=tuple(answer.prompt_ids),
            token_ids=tuple(answer.token_ids),
            likeliest=tuple(answer.likeliest),
        )
        for answer in answers
    ]


def _row(answer: _Answer) -> TokenizedRow:
    """Give a row of which only the places of the answer are asked; its last token may be any, so it is the first."""
    token_ids = [*answer.prompt_ids, *answer.token_ids, *answer.guess, 0]
    weights = np.zeros(len(token_ids), np.float32)
    weights[-1 - len(answer.guess) :] = 1.0
    return TokenizedRow(0, np.asarray(token_ids, np.int32), weights, is_cut=False)


def _edges_of_rows(forest: Forest) -> list[NDArray[np.int64]]:
    """Give each row's edges in the order of its tokens."""
    return [forest.term_edges[forest.term_rows == row] for row in range(forest.n_rows)]


def _likeliest(logprobs_EV: Tensor) -> list[dict[int, float]]:
    values, ids = logprobs_EV.topk(min(LIKELIEST_TOKENS, logprobs_EV.shape[1]), dim=1)
    return [dict(zip(*pair, strict=True)) for pair in zip(ids.tolist(), values.tolist(), strict=True)]
