"""The files of an export, read back and asked what the model was asked at the end of its training."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from tuneport.core import TrainingFailed
from tuneport.export.tuned_files import config_folder
from tuneport.models import load_adapter, load_base
from tuneport.tokens import ParityPrompt, Renderer
from tuneport.weights import (
    LIKELIEST_TOKENS,
    ExportOrder,
    GreedyAnswer,
    Parity,
    ReferenceAnswers,
    compare_answers,
    read_trained_weights,
)

CPU = torch.device("cpu")


def prove_adapter(order: ExportOrder, folder: Path) -> Parity | None:
    """Ask the exported adapter, put on its base by peft."""
    references = ReferenceAnswers.read(order.checkpoint)
    if references is None:
        return None
    quantization = read_trained_weights(order.checkpoint).quantization
    base = load_base(order.base_folder, CPU, attention="sdpa", quantization=quantization)
    model = load_adapter(base, folder, "exported").eval()
    return _ask(order, references, model, Renderer.from_folder(config_folder(order), tokenizer_folder=folder))


def prove_folder(order: ExportOrder, folder: Path) -> Parity | None:
    """Ask a model in transformers' layout, with the tokenizer, template and stop tokens that lie beside it."""
    references = ReferenceAnswers.read(order.checkpoint)
    if references is None:
        return None
    return _ask(order, references, load_base(folder, CPU, attention="sdpa"), Renderer.from_folder(folder))


def prove_gguf(order: ExportOrder, file: Path) -> Parity | None:
    """Read the file back by what `tuneport models pull` reads GGUF with, which knows it alone, and ask that."""
    if ReferenceAnswers.read(order.checkpoint) is None:
        return None
    with TemporaryDirectory(dir=file.parent) as folder:
        command = [sys.executable, "-m", "tuneport.catalog.convert", str(file), folder]
        found = subprocess.run(command, env=os.environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if found.returncode != 0:
            raise TrainingFailed(
                f"The GGUF file of {order.model!r} could not be read back: {found.stderr.strip()[-500:]}. Nothing of "
                "it was kept. Use the format 'merged', and report this with the message.",
                code="parity_mismatch",
            )
        return prove_folder(order, Path(folder))


def _ask(order: ExportOrder, references: ReferenceAnswers, model: Any, renderer: Renderer) -> Parity:
    answers, dated = [], renderer.as_of(references.day)
    for reference in references.answers:
        prompt_ids = ParityPrompt.from_json(reference.prompt).token_ids(dated)
        answers.append(greedy_answer(model, prompt_ids, renderer, n_tokens=len(reference.answer.token_ids)))
    return compare_answers(
        references,
        answers,
        sorted(renderer.stop_token_ids),
        runtime=order.format,
        numbers=order.numbers,
    )


@torch.inference_mode()
def greedy_answer(model: Any, prompt_ids: list[int], renderer: Renderer, *, n_tokens: int) -> GreedyAnswer:
    """Give the likeliest answer of at most `n_tokens`, token by token, by transformers' own forward pass."""
    token_ids: list[int] = []
    likeliest: list[dict[int, float]] = []
    new_ids, cache = prompt_ids, None
    while len(token_ids) < n_tokens and not renderer.stop_token_ids.intersection(token_ids):
        output = model(input_ids=torch.tensor([new_ids]), past_key_values=cache, use_cache=True, logits_to_keep=1)
        logprobs = torch.log_softmax(output.logits[0, -1].float(), dim=0)
        values, ids = logprobs.topk(min(LIKELIEST_TOKENS, len(logprobs)))
        likeliest.append(dict(zip(ids.tolist(), values.tolist(), strict=True)))
        token_ids.append(int(ids[0]))
        new_ids, cache = token_ids[-1:], output.past_key_values
    return GreedyAnswer(prompt_ids=tuple(prompt_ids), token_ids=tuple(token_ids), likeliest=tuple(likeliest))
