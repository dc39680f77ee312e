"""`python -m benchmarks forecast`: what jobs foretold of their time and memory, over what they took."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hosted_job import SEED, client_of_own_server, train_rows

SHARED = Path(__file__).parents[2] / "shared/data"


@dataclass(frozen=True)
class _Run:
    name: str
    file: str
    n_rows: int
    n_epochs: int = 1
    method: str = "supervised"


RUNS = (
    _Run("banking77", "banking77/train.chat.jsonl", 400),
    _Run("banking77, three epochs", "banking77/train.chat.jsonl", 96, 3),
    _Run("snips", "snips_nlu/train.chat.jsonl", 400),
    _Run("scitldr", "scitldr_a/train.chat.jsonl", 64),
    _Run("bfcl", "bfcl_v4/shared.chat.jsonl", 32),
    _Run("text2sql_advising", "text2sql_advising/dev.chat.jsonl", 64),
    _Run("sgd", "sgd_tool_dialogues/train.chat.jsonl", 16),
    _Run("pandalm", "pandalm_human_pref/preference.train.jsonl", 32, 1, "dpo"),
)


def main() -> None:
    print("| run | rows | epochs | foretold, s | taken, s | time ratio | foretold, GB | peak, GB | memory ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    for run in RUNS:
        source = SHARED / run.file
        if not source.exists():
            print(f"not here: {source.name}")
            continue
        rows = source.read_text(encoding="utf-8").splitlines()
        random.Random(SEED).shuffle(rows)
        with client_of_own_server() as client:
            _, progress = train_rows(client, rows[: run.n_rows], "forecast", n_epochs=run.n_epochs, method=run.method)
        print(_row(run, progress["forecast"], progress["result"]), flush=True)


def _row(run: _Run, forecast: dict[str, Any], result: dict[str, Any]) -> str:
    seconds, peak = result["seconds"], result["peak_memory_bytes"]
    return (
        f"| {run.name} | {run.n_rows} | {run.n_epochs} | {forecast['seconds']:.0f} | {seconds:.0f} "
        f"| {forecast['seconds'] / seconds:.2f} | {forecast['peak_memory_bytes'] / 1e9:.2f} | {peak / 1e9:.2f} "
        f"| {forecast['peak_memory_bytes'] / peak:.2f} |"
    )
