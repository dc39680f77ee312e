"""The comparison: each measurement in turns, ours and theirs, so that a busy moment falls on both."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.json_report import Say
from benchmarks.serving import requests
from benchmarks.serving.agreement import count_equal
from benchmarks.serving.memory import read_bytes_per_second
from benchmarks.serving.ours import Ours
from benchmarks.serving.requests import Ask
from benchmarks.serving.theirs import Theirs
from tuneport.catalog import find_model, model_folder, require_pulled
from tuneport.config import AdapterSection, Settings
from tuneport.models import attach_adapter, load_base, save_adapter, trainable_parameters, use_threads

N_ADAPTERS = 16
ADAPTER_RANK = 16


def compare_with_generate(say: Say, *, base_model: str, rounds: int) -> dict[str, Any]:
    """Give ratios and what they are made of. Raises `NotFound` for a base model that is not here."""
    use_threads(None)
    settings = Settings()
    base = find_model(base_model, settings)
    require_pulled(base, settings)
    folder = model_folder(base, settings)
    say("loading both sides")
    ours, theirs = Ours(folder), Theirs(folder)
    report: dict[str, Any] = {"model": base_model, "threads": torch.get_num_threads(), "rounds": rounds}
    kinds = {
        "single": requests.alike(1, theirs.vocabulary, n_tokens=96),
        "concurrent_32": requests.alike(32, theirs.vocabulary),
        "concurrent_32_mixed": requests.mixed(32, theirs.vocabulary),
    }
    for name, asked in kinds.items():
        say(name)
        report[name] = _against_generate(ours, theirs, asked, rounds)
    say("adapters")
    with tempfile.TemporaryDirectory() as adapters:
        report["adapters_16"] = _with_adapters(ours, folder, Path(adapters), theirs.vocabulary, rounds)
    say("shared prompt")
    report["shared_prompt"] = _shared_prompt(ours, theirs, rounds)
    report["memory"] = _memory(ours)
    return report


def _against_generate(ours: Ours, theirs: Theirs, asked: Sequence[Ask], rounds: int) -> dict[str, Any]:
    answers, _ = ours.answer(asked)
    expected, _ = theirs.answer(asked)
    n_equal = count_equal(theirs, asked, answers, expected)
    seconds = [(ours.answer(asked)[1], theirs.answer(asked)[1]) for _ in range(rounds)]
    n_tokens = sum(ask.n_tokens for ask in asked)
    return {
        "requests": len(asked),
        "equal_answers": n_equal,
        "ours_tokens_per_second": n_tokens / statistics.median(mine for mine, _ in seconds),
        "generate_tokens_per_second": n_tokens / statistics.median(other for _, other in seconds),
        "times_as_fast": statistics.median(other / mine for mine, other in seconds),
    }


def _with_adapters(ours: Ours, folder: Path, adapters: Path, vocabulary: int, rounds: int) -> dict[str, Any]:
    plain = requests.alike(N_ADAPTERS, vocabulary)
    tuned = [replace(ask, adapter=_new_adapter(folder, adapters, seed)) for seed, ask in enumerate(plain)]
    alone = [ours.answer([ask])[0][0] for ask in tuned]
    together, _ = ours.answer(tuned)
    ours.answer(plain)
    ratios = [ours.answer(plain)[1] / ours.answer(tuned)[1] for _ in range(rounds)]
    return {
        "adapters": N_ADAPTERS,
        "rank": ADAPTER_RANK,
        "equal_to_alone": sum(one == other for one, other in zip(alone, together, strict=True)),
        "speed_of_the_base_alone": statistics.median(ratios),
    }


def _new_adapter(folder: Path, adapters: Path, seed: int) -> str:
    """Write an adapter with random weights for every linear layer, as large as a trained one."""
    base = load_base(folder, torch.device("cpu"), attention="sdpa")
    section = AdapterSection(rank=ADAPTER_RANK, alpha=2 * ADAPTER_RANK)
    model: Any = attach_adapter(base, section, base_name="benchmark", seed=seed)
    generator = torch.Generator().manual_seed(seed)
    for parameter in trainable_parameters(model).values():
        parameter.data.normal_(0, 0.02, generator=generator)
    target = adapters / str(seed)
    target.mkdir()
    save_adapter(model, target)
    return str(target)


def _shared_prompt(ours: Ours, theirs: Theirs, rounds: int) -> dict[str, Any]:
    """Measure the time to the first token, of the first and the second request with the same long beginning."""
    pairs = []
    for turn in range(rounds):
        first, second = requests.sharing(theirs.vocabulary, turn)
        pairs.append((ours.answer([first])[1], ours.answer([second])[1]))
        if turn == 0:
            answers = [ours.answer([ask])[0][0] for ask in (first, second)]
            count_equal(theirs, (first, second), answers, [theirs.answer([ask])[0][0] for ask in (first, second)])
    return {
        "tokens": requests.SHARED_TOKENS,
        "first_seconds": statistics.median(first for first, _ in pairs),
        "second_seconds": statistics.median(second for _, second in pairs),
        "times_as_fast": statistics.median(first / second for first, second in pairs),
    }


def _memory(ours: Ours) -> dict[str, Any]:
    bytes_per_second = read_bytes_per_second()
    return {
        "read_gigabytes_per_second": bytes_per_second / 1e9,
        "weights_megabytes": ours.weight_bytes / 1e6,
        "allows_single_tokens_per_second": bytes_per_second / ours.weight_bytes,
    }
