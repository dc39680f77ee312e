"""TRL's side: `python -m benchmarks.against_trl.trl_peer WORK_FOLDER LAYOUT [--is-trial]`, with a layout as JSON.

TRL's own trainers, given the rows as token ids. Nothing of Tuneport is imported.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

from benchmarks.against_trl.memory import named_exit, peak_memory_bytes
from benchmarks.against_trl.setting import Layout, Row, Setting, Steps, WorkFolder

IGNORED = -100
"""Label of a token without loss."""


class _Recording:
    """A trainer that writes down losses, padded tokens and the first step's gradient; it computes as TRL does."""

    gradient_file: Path

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.micro_losses: list[float] = []
        self.tokens_padded = 0
        self.reference_seconds = 0.0
        super().__init__(*args, **kwargs)

    def training_step(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        self.tokens_padded += inputs["input_ids"].numel()
        loss = super().training_step(model, inputs, *args, **kwargs)  # type: ignore[misc]
        self.micro_losses.append(float(loss))
        if len(self.micro_losses) == self.args.gradient_accumulation_steps:  # type: ignore[attr-defined]
            gradients = {name: value.grad.clone() for name, value in model.named_parameters() if value.grad is not None}
            save_file(gradients, self.gradient_file)
        return loss


class _SupervisedTrainer(_Recording, SFTTrainer):
    pass


class _PreferenceTrainer(_Recording, DPOTrainer):
    def _prepare_dataset(self, dataset: Dataset, *args: Any) -> Dataset:
        """The rows are token ids already."""
        return dataset

    def _precompute_ref_logps(self, *args: Any) -> Dataset:
        started = time.perf_counter()
        dataset = super()._precompute_ref_logps(*args)
        self.reference_seconds = time.perf_counter() - started
        return dataset


class _Stopwatch(TrainerCallback):
    """Times what lies between the first step's begin and the last one's end."""

    def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
        self.started = time.perf_counter()

    def on_train_end(self, *args: Any, **kwargs: Any) -> None:
        self.seconds = time.perf_counter() - self.started


def train(work: WorkFolder, layout: Layout, *, is_trial: bool) -> None:
    """Train one epoch, or one step for a trial of the layout."""
    setting = work.read_setting()
    torch.set_num_threads(setting.threads)
    steps = work.read_steps()[:1] if is_trial else work.read_steps()
    options = _options(work, setting, layout)
    stopwatch = _Stopwatch()
    trainer = _trainer(setting, layout, options, steps, stopwatch)
    trainer.gradient_file = work.gradient_file("theirs")
    set_peft_model_state_dict(trainer.model, load_file(work.adapter_folder / "adapter_model.safetensors"))
    _warm_up(trainer.model)
    trainer.train()
    per_step = options["gradient_accumulation_steps"]
    losses = trainer.micro_losses
    work.write_result(
        "theirs",
        seconds=stopwatch.seconds + trainer.reference_seconds,
        losses=[sum(losses[start : start + per_step]) for start in range(0, len(losses), per_step)],
        peak_memory_bytes=peak_memory_bytes(),
        tokens_padded=trainer.tokens_padded,
    )


def _trainer(setting: Setting, layout: Layout, options: dict[str, Any], steps: Steps, stopwatch: _Stopwatch) -> Any:
    model = AutoModelForCausalLM.from_pretrained(setting.model_folder, dtype=torch.float32, attn_implementation="sdpa")
    parts = {
        "model": model,
        "processing_class": _tokenizer(setting.model_folder),
        "peft_config": LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, target_modules="all-linear"),
        "callbacks": [stopwatch],
    }
    samples = [sample for step in steps for sample in sorted(step, key=_n_tokens, reverse=True)]
    if setting.method == "dpo":
        config = DPOConfig(**options, beta=setting.beta, precompute_ref_log_probs=True)
        return _PreferenceTrainer(args=config, train_dataset=Dataset.from_list([_pair(*s) for s in samples]), **parts)
    config = SFTConfig(**options, padding_free=layout.is_padding_free)
    return _SupervisedTrainer(args=config, train_dataset=Dataset.from_list([_row(*s) for s in samples]), **parts)


def _warm_up(model: Any) -> None:
    """One short pass, as ours has had one for its forecast: the first reads the weights from disk."""
    model(input_ids=torch.zeros(1, 8, dtype=torch.long)).logits.sum().backward()
    model.zero_grad(set_to_none=True)


def _options(work: WorkFolder, setting: Setting, layout: Layout) -> dict[str, Any]:
    """Give TRL's settings: ours where they decide the result, else what costs it least."""
    return {
        "output_dir": str(work.path / "trl"),
        "per_device_train_batch_size": layout.rows_at_once,
        "gradient_accumulation_steps": setting.batch_size // layout.rows_at_once,
        "train_sampling_strategy": "sequential",
        "num_train_epochs": 1,
        "learning_rate": setting.learning_rate,
        "lr_scheduler_type": "constant",
        "weight_decay": 0.0,
        "max_grad_norm": setting.max_grad_norm,
        "max_length": None,
        "gradient_checkpointing": layout.recomputes,
        "bf16": False,
        "use_cpu": True,
        "dataloader_pin_memory": False,
        "save_strategy": "no",
        "logging_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "seed": setting.seed,
    }


def _tokenizer(model_folder: Path) -> PreTrainedTokenizerFast:
    """The trainers want one; of it only the token that fills rows up is used."""
    end = json.loads((model_folder / "config.json").read_bytes())["eos_token_id"]
    end = end[0] if isinstance(end, list) else end
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(model_folder / "tokenizer.json"))
    tokenizer.eos_token = tokenizer.pad_token = tokenizer.convert_ids_to_tokens(end)
    return tokenizer


def _n_tokens(sample: list[Row]) -> int:
    return max(len(row["ids"]) for row in sample)


def _row(row: Row) -> dict[str, list[int]]:
    labels = [token if has_loss else IGNORED for token, has_loss in zip(row["ids"], row["has_loss"], strict=True)]
    return {"input_ids": row["ids"], "labels": labels}


def _pair(preferred: Row, non_preferred: Row) -> dict[str, list[int]]:
    prompt_length = preferred["has_loss"].index(1)
    return {
        "prompt_ids": preferred["ids"][:prompt_length],
        "chosen_ids": _answer(preferred),
        "rejected_ids": _answer(non_preferred),
    }


def _answer(row: Row) -> list[int]:
    """TRL gives every token after the prompt loss, so what follows the answer is left away."""
    n_tokens = len(row["ids"])
    return row["ids"][row["has_loss"].index(1) : n_tokens - row["has_loss"][::-1].index(1)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against_trl.trl_peer")
    parser.add_argument("work", type=Path)
    parser.add_argument("layout", help='such as {"rows_at_once": 16, "is_padding_free": false, "recomputes": false}')
    parser.add_argument("--is-trial", action="store_true", help="take one step only")
    arguments = parser.parse_args()
    with named_exit():
        train(WorkFolder(arguments.work), Layout(**json.loads(arguments.layout)), is_trial=arguments.is_trial)
