"""The model of a run: base, tokenizer and what is trained, from the base's files or from an earlier checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from torch.nn import Module

from tuneport.config import AdapterSection, ModelSection, RunSpec, RuntimeSection
from tuneport.core import InvalidRequest
from tuneport.models import (
    ATTENTION_NAME,
    compile_layers,
    load_base,
    pick_device,
    prepare_training,
    read_model_config,
    read_weights,
    recompute_activations,
    shard_layers,
    why_engine_cannot_answer,
)
from tuneport.tokens import Renderer
from tuneport.weights import TOKENIZER_FILE, read_adapter_facts

_BESIDE_TOKENIZER = ("chat_template.jinja", "tokenizer_config.json", "special_tokens_map.json")


def read_renderer(model: ModelSection, adapter: AdapterSection) -> Renderer:
    """Give what renders the run's rows, with the tokens that it and the run it goes on with have added."""
    start = adapter.start_from
    has_own = start is not None and (start / TOKENIZER_FILE).is_file()
    return Renderer.from_folder(
        model.folder, tokenizer_folder=start if has_own else None, new_tokens=adapter.new_tokens
    )


def load_model(
    model: ModelSection,
    adapter: AdapterSection,
    renderer: Renderer,
    *,
    device: str,
    seed: int,
    attention: str | None = ATTENTION_NAME,
    is_sharded: bool = False,
) -> Module:
    """Give the model with what is trained of it, as it is before the run's first step.

    `adapter` is as `weights.adapter_to_continue` gives it. A model that will be sharded is on the CPU until then.
    """
    start = adapter.start_from
    earlier_model, earlier_adapter = (start, None) if adapter.kind == "full" else (None, start)
    base = load_base(
        earlier_model or model.folder,
        pick_device(device),
        attention=attention,
        quantization=model.quantization,
        stays_on_cpu=is_sharded,
        trains_all=adapter.kind == "full",
    )
    new_token_ids = read_adapter_facts(earlier_adapter).new_token_ids if earlier_adapter else renderer.new_token_ids
    trained: Module = prepare_training(
        base, adapter, base_name=model.base_model, seed=seed, new_token_ids=new_token_ids
    )
    if earlier_adapter:
        read_weights(trained, earlier_adapter)
    return trained


def check_engine(model: ModelSection) -> None:
    """Raise `InvalidRequest` where the engine is to answer with a model that it can't compute."""
    if not model.engine_answers:
        return
    config = read_model_config(model.folder)
    why_not = why_engine_cannot_answer(config)
    if why_not is not None:
        raise InvalidRequest(
            f"The base model {model.base_model!r}, of the kind {config.model_type!r}, {why_not}. The engine that is "
            "built in can't compute it, so what is trained of it could not be served. Choose another base model, or "
            "let vLLM answer ('vllm_command'). With 'check_parity' set to false, the owner of the server has it "
            "trained all the same.",
            code="model_not_served",
            param="model",
        )


def check_sharding(spec: RunSpec, n_processes: int) -> None:
    """Raise `InvalidRequest` where `runtime.shard` asks for what can't be divided."""
    if not spec.runtime.shard:
        return
    for is_in_the_way, found, allowed in (
        (n_processes == 1, "the run is one process", "two or more, started by torchrun --nproc-per-node N"),
        (spec.adapter.kind == "full", "adapter.kind is 'full'", "an adapter over frozen weights: 'lora' or 'dora'"),
        (spec.model.quantization != "none", f"quantization is {spec.model.quantization!r}", "'none'"),
    ):
        if is_in_the_way:
            raise InvalidRequest(
                f"runtime.shard is true, but {found}. Dividing a model needs {allowed}. Change this, or set shard to "
                "false.",
                code="cannot_shard",
                param="shard",
            )


def arrange_layers(model: Module, runtime: RuntimeSection, device: torch.device, n_processes: int) -> None:
    """Let the model's layers be computed as the run wants it."""
    if device.type == "cuda":
        # The base's own numbers have 8 bits there; the adapter's products in 11 instead of 24 take a tenth of the time.
        torch.set_float32_matmul_precision("high")
    if runtime.recompute_activations:
        recompute_activations(model)
    if runtime.shard:
        shard_layers(model, device, n_processes)
    if runtime.compile:
        compile_layers(model)


def has_own_tokenizer(model: ModelSection, adapter: AdapterSection) -> bool:
    """Say whether a checkpoint needs the tokenizer beside it: it adds tokens, or stands without the base model."""
    start = adapter.start_from
    return adapter.kind == "full" or bool(adapter.new_tokens) or bool(start and (start / TOKENIZER_FILE).is_file())


def tokenizer_bytes(model: ModelSection) -> int:
    """Give about how large `save_tokenizer` makes a checkpoint."""
    files = (model.folder / name for name in (TOKENIZER_FILE, *_BESIDE_TOKENIZER))
    return sum(file.stat().st_size for file in files if file.is_file())


def save_tokenizer(renderer: Renderer, model: ModelSection, folder: Path) -> None:
    """Write the run's tokenizer to `folder`, with the base model's chat template and settings."""
    renderer.save_tokenizer(folder)
    for name in _BESIDE_TOKENIZER:
        if (model.folder / name).is_file():
            shutil.copyfile(model.folder / name, folder / name)
