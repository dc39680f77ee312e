"""Supervised fine-tuning in one plain file: chat rows in, LoRA adapter out.

    python examples/one_file_sft/train.py MODEL_FOLDER ROWS.jsonl ADAPTER_FOLDER

It does what Tuneport's engine does, in the plainest way: every row is computed on its own, padded to the longest.
"""

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

WARMUP_SHARE = 0.05
MAX_GRAD_NORM = 1.0


def train(model: Any, rows: list[tuple[Any, Any]], options: argparse.Namespace) -> Iterator[float]:
    """Train `rows` of (token ids, loss mask); yields the mean loss of each optimizer step."""
    optimizer = torch.optim.AdamW(trained_weights(model), lr=options.learning_rate, weight_decay=0.0)
    steps_per_epoch = math.ceil(len(rows) / options.batch_size)
    total_steps = steps_per_epoch * options.n_epochs
    model.train()
    for step in range(1, total_steps + 1):
        batch = [rows[index] for index in rows_of_step(step, len(rows), steps_per_epoch, options)]
        loss_sum, n_tokens = batch_loss(model, batch)

        optimizer.zero_grad()
        # The mean over the tokens of the step, not over its rows: a long answer counts by its length.
        (loss_sum / n_tokens).backward()
        torch.nn.utils.clip_grad_norm_(trained_weights(model), MAX_GRAD_NORM)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate_at(step, total_steps, options.learning_rate)
        optimizer.step()

        yield float(loss_sum.detach() / n_tokens)


def batch_loss(model: Any, batch: list[tuple[Any, Any]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the summed cross-entropy of the answers' tokens, and how many there are."""
    ids_BT = pad_sequence([ids for ids, _ in batch], batch_first=True)
    has_loss_BT = pad_sequence([has_loss for _, has_loss in batch], batch_first=True)
    is_row_BT = pad_sequence([torch.ones_like(ids) for ids, _ in batch], batch_first=True)
    logits_BTV = model(input_ids=ids_BT, attention_mask=is_row_BT).logits
    # Position t predicts token t + 1: logits lose their last position, targets their first.
    losses = cross_entropy(logits_BTV[:, :-1].flatten(0, 1), ids_BT[:, 1:].flatten(), reduction="none")
    has_loss = has_loss_BT[:, 1:].flatten()
    return (losses * has_loss).sum(), has_loss.sum()


def rows_of_step(step: int, n_rows: int, steps_per_epoch: int, options: argparse.Namespace) -> list[int]:
    """Each epoch goes through all rows in an order of its own."""
    epoch, step_of_epoch = divmod(step - 1, steps_per_epoch)
    order = np.random.default_rng([options.seed, epoch + 1]).permutation(n_rows)
    start = step_of_epoch * options.batch_size
    return [int(index) for index in order[start : start + options.batch_size]]


def learning_rate_at(step: int, total_steps: int, peak: float) -> float:
    """Rise in a straight line over the warm-up, then fall along half a cosine."""
    warmup_steps = math.ceil(WARMUP_SHARE * total_steps)
    if step <= warmup_steps:
        return peak * step / warmup_steps
    done = (step - warmup_steps) / (total_steps - warmup_steps + 1)
    return peak * (1 + math.cos(math.pi * done)) / 2


def trained_weights(model: Any) -> list[torch.nn.Parameter]:
    return [weight for weight in model.parameters() if weight.requires_grad]


def load_tokenizer(model_folder: Path) -> PreTrainedTokenizerFast:
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(model_folder / "tokenizer.json"))
    tokenizer.chat_template = (model_folder / "chat_template.jinja").read_text(encoding="utf-8")
    return tokenizer


def load_model(model_folder: Path, seed: int) -> Any:
    """Give the base model, frozen, with a fresh adapter on every linear layer but the head."""
    base = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32)
    torch.manual_seed(seed)
    config = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear")
    return get_peft_model(base, config)


def read_rows(file: Path, tokenizer: PreTrainedTokenizerFast) -> list[tuple[Any, Any]]:
    # Not `splitlines`, which also splits at line ends inside a text, such as U+2028.
    lines = file.read_text(encoding="utf-8").split("\n")
    return [tokenize_row(json.loads(line), tokenizer) for line in lines if line.strip()]


def tokenize_row(row: dict[str, Any], tokenizer: PreTrainedTokenizerFast) -> tuple[Any, Any]:
    """Give the row's token ids, and 1 for each token that carries loss: those the assistant says."""
    ids: list[int] = []
    has_loss: list[int] = []
    for text, counts in pieces(row, tokenizer):
        # Prompt and answer are tokenized apart, so that training sees the prompt as it will be served.
        part = tokenizer.encode(text, add_special_tokens=False)
        ids += part
        has_loss += [counts] * len(part)
    return torch.tensor(ids), torch.tensor(has_loss)


def pieces(row: dict[str, Any], tokenizer: PreTrainedTokenizerFast) -> Iterator[tuple[str, int]]:
    """Yield the rendered row in turns: what is given (0), then what the assistant says (1)."""
    messages, length_done = row["messages"], 0
    for index, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        options = {"tools": row.get("tools"), "tokenize": False}
        given = tokenizer.apply_chat_template(messages[:index], add_generation_prompt=True, **options)
        said = tokenizer.apply_chat_template(messages[: index + 1], **options)[len(given) :].rstrip("\n")
        yield given[length_done:], 0
        yield said, message.get("weight", 1)
        length_done = len(given) + len(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model_folder", type=Path)
    parser.add_argument("rows", type=Path)
    parser.add_argument("adapter_folder", type=Path)
    parser.add_argument("--n-epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = read_rows(options.rows, load_tokenizer(options.model_folder))
    model = load_model(options.model_folder, options.seed)
    for step, loss in enumerate(train(model, rows, options), start=1):
        print(f"step {step}  loss {loss:.4f}", flush=True)
    model.save_pretrained(options.adapter_folder)


if __name__ == "__main__":
    main()
