"""`python -m benchmarks sweep --out FOLDER`: what learning rate and batch size suit, on held-out rows of public sets.

A run whose result lies in the folder is not made again. The rule that came of it: docs/decisions/0003.
"""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tuneport.config import (
    CadenceSection,
    DataSection,
    MethodSection,
    ModelSection,
    OptimizerSection,
    RunFolder,
    RunSpec,
    ScheduleSection,
    Settings,
)

SHARED = Path(__file__).parents[2] / "shared/data"
SEED = 7
LONGEST_ROW_TOKENS = 8192


@dataclass(frozen=True)
class SweptSet:
    name: str
    file: str
    n_rows: int
    n_held_out: int
    n_epochs: int
    settings: tuple[tuple[int, float], ...]
    """Batch size and learning rate of each run."""
    method: Literal["supervised", "dpo"] = "supervised"


RATES = ((16, 3e-4), (16, 1e-3), (16, 3e-3), (4, 5e-4), (4, 1.5e-3))
SETS = (
    SweptSet("banking77", "banking77/train.chat.jsonl", 192, 64, 2, RATES),
    SweptSet("snips", "snips_nlu/train.chat.jsonl", 192, 48, 2, RATES),
    SweptSet("drone", "openai_cookbook/drone_training.jsonl", 64, 23, 1, RATES),
    SweptSet("text2sql_advising", "text2sql_advising/dev.chat.jsonl", 64, 24, 1, RATES),
    SweptSet(
        "pandalm", "pandalm_human_pref/preference.train.jsonl", 96, 48, 1, ((16, 3e-5), (16, 1e-4), (16, 3e-4)), "dpo"
    ),
)


def main(out: Path) -> None:
    print("| set | method | rows | epochs | batch | learning rate | held-out loss | held-out accuracy |")
    print("|---|---|---|---|---|---|---|---|")
    for swept in SETS:
        if not (SHARED / swept.file).exists():
            print(f"not here: {swept.file}")
            continue
        for batch_size, learning_rate in swept.settings:
            run = _run(swept, batch_size, learning_rate, out / f"{swept.name}-{batch_size}-{learning_rate}")
            last = run.read_metrics()[0][-1]
            print(
                f"| {swept.name} | {swept.method} | {swept.n_rows} | {swept.n_epochs} | {batch_size} "
                f"| {learning_rate:g} | {last.full_valid_loss:.3f} | {last.full_valid_accuracy:.3f} |",
                flush=True,
            )


def _run(swept: SweptSet, batch_size: int, learning_rate: float, folder: Path) -> RunFolder:
    run = RunFolder(folder)
    if run.read_result() is None:
        folder.mkdir(parents=True, exist_ok=True)
        run.write_spec(_spec(swept, batch_size, learning_rate, folder))
        subprocess.run([sys.executable, "-W", "ignore", "-m", "tuneport.train", str(folder)], check=True)
    return run


def _spec(swept: SweptSet, batch_size: int, learning_rate: float, folder: Path) -> RunSpec:
    lines = (SHARED / swept.file).read_text(encoding="utf-8").splitlines()
    drawn = random.Random(SEED).sample(lines, swept.n_rows + swept.n_held_out)
    training, held_out = folder / "training.jsonl", folder / "held_out.jsonl"
    training.write_text("\n".join(drawn[: swept.n_rows]) + "\n", encoding="utf-8")
    held_out.write_text("\n".join(drawn[swept.n_rows :]) + "\n", encoding="utf-8")
    settings = Settings()
    name = settings.default_model
    return RunSpec(
        model=ModelSection(base_model=name, folder=settings.models / name, longest_row_tokens=LONGEST_ROW_TOKENS),
        data=DataSection(training_file=training, validation_file=held_out),
        optimizer=OptimizerSection(learning_rate=learning_rate),
        schedule=ScheduleSection(n_epochs=swept.n_epochs, batch_size=batch_size),
        cadence=CadenceSection(eval_every_steps=10_000),
        method=MethodSection(kind=swept.method),
        seed=SEED,
    )
