"""The first step's gradient in double precision: `python -m benchmarks.against_trl.exact_peer WORK_FOLDER`.

One row at a time through transformers and peft as they are: no padding, no forest, no trainer.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import cross_entropy, logsigmoid
from transformers import AutoModelForCausalLM

from benchmarks.against_trl.setting import Row, Setting, WorkFolder


def compute(work: WorkFolder) -> None:
    setting = work.read_setting()
    torch.set_num_threads(setting.threads)
    base = AutoModelForCausalLM.from_pretrained(setting.model_folder, dtype=torch.float64, attn_implementation="sdpa")
    model = PeftModel.from_pretrained(base, work.adapter_folder, is_trainable=True).double()
    samples = work.read_steps()[0]
    count = len(samples) if setting.method == "dpo" else sum(sum(row["has_loss"]) for [row] in samples)
    for sample in samples:
        torch.autograd.backward(_loss(setting, [_answer_logprob(model, row) for row in sample]) / count)
    gradients = {name: value.grad for name, value in model.named_parameters() if value.grad is not None}
    save_file(gradients, work.gradient_file("exact"))


def _loss(setting: Setting, logprobs: list[Tensor]) -> Tensor:
    if setting.method == "supervised":
        return -logprobs[0]
    # Before the first step the model is its own reference.
    rewards = [setting.beta * (logprob - logprob.detach()) for logprob in logprobs]
    return -logsigmoid(rewards[0] - rewards[1])


def _answer_logprob(model: Any, row: Row) -> Tensor:
    ids = torch.tensor([row["ids"]])
    has_loss = torch.tensor(row["has_loss"][1:], dtype=torch.bool)
    logits = model(input_ids=ids, use_cache=False).logits[0, :-1]
    return -cross_entropy(logits[has_loss], ids[0, 1:][has_loss], reduction="sum")


if __name__ == "__main__":
    compute(WorkFolder(Path(sys.argv[1])))
