"""One optimizer step's gradient: the prefix forest against a padded batch of the same rows on the same model.

The padded peer is what trainers do: rows padded to the longest, the head on every position, a mean over answer tokens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM

from tuneport.config import AdapterSection, Settings
from tuneport.data import read_examples
from tuneport.models import attach_adapter, edge_logprobs, load_base, use_threads
from tuneport.tokens import Renderer, TokenizedExample, build_forest, cut_into_micro_batches
from tuneport.train.objectives import supervised_loss

REPOSITORY = Path(__file__).parents[1]
CPU = torch.device("cpu")
MICRO_BATCH_TOKENS = 4096
REPEATS = 3
SETS = {
    "smart home": (REPOSITORY / "examples/smart-home/train.jsonl", 16),
    "limericks": (REPOSITORY / "examples/limericks/train.jsonl", 8),
    "banking77": (REPOSITORY.parent / "shared/data/banking77/train.chat.jsonl", 16),
    "drone": (REPOSITORY.parent / "shared/data/openai_cookbook/drone_training.jsonl", 4),
}


def main() -> None:
    folder = Settings().models / Settings().default_model
    use_threads(None)
    renderer = Renderer.from_folder(folder)
    forest_model = attach_adapter(load_base(folder, CPU), AdapterSection(), base_name="base", seed=0)
    padded_base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")
    padded_base.requires_grad_(False)
    padded_model = attach_adapter(padded_base, AdapterSection(), base_name="base", seed=0)
    print("| rows | batch | tokens padded | tokens in the forest | padded, s | forest, s | padded / forest |")
    print("|---|---|---|---|---|---|---|")
    for name, (file, batch_size) in SETS.items():
        if not file.exists():
            print(f"| {name} | not here: {file.name} | | | | | |")
            continue
        rows = [
            renderer.tokenize_example(example, longest_row_tokens=8192)
            for example, _ in zip(read_examples(file), range(batch_size), strict=False)
        ]
        padded = _best(lambda rows=rows: _padded_step(padded_model, rows))
        forest = _best(lambda rows=rows: _forest_step(forest_model, rows))
        n_padded = len(rows) * max(len(row.token_ids) for row in rows)
        n_forest = build_forest(rows).n_nodes
        print(
            f"| {name} | {batch_size} | {n_padded} | {n_forest} "
            f"| {padded:.1f} | {forest:.1f} | {padded / forest:.1f} |",
            flush=True,
        )


def _best(measure: Callable[[], None]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        measure()
        times.append(time.perf_counter() - started)
    return min(times)


def _forest_step(model: Any, rows: list[TokenizedExample]) -> None:
    loss_tokens = sum(row.loss_tokens for row in rows)
    for batch in cut_into_micro_batches(rows, MICRO_BATCH_TOKENS):
        forest = build_forest(batch)
        output = supervised_loss(forest, edge_logprobs(model, forest))
        torch.autograd.backward(output.loss_sum / loss_tokens)
    model.zero_grad()


def _padded_step(model: Any, rows: list[TokenizedExample]) -> None:
    ids = pad_sequence([torch.from_numpy(row.token_ids).long() for row in rows], batch_first=True)
    weights = pad_sequence([torch.from_numpy(row.loss_weights) for row in rows], batch_first=True)
    mask = pad_sequence([torch.ones(len(row.token_ids)) for row in rows], batch_first=True)
    logits = model(input_ids=ids, attention_mask=mask).logits
    losses = cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    torch.autograd.backward((losses * weights[:, 1:].flatten()).sum() / weights.sum())
    model.zero_grad()
