"""One comparison from a data file to its report: starts the sides one after the other."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from benchmarks.against_trl.layouts import choose_layout, smaller
from benchmarks.against_trl.memory import EXIT_OUT_OF_MEMORY, KILLED_BY_SYSTEM, limit_memory
from benchmarks.against_trl.our_run import read_run, run_folder, write_run
from benchmarks.against_trl.report import gradient_difference, write_report
from benchmarks.against_trl.setting import SEED, Layout, Setting, WorkFolder
from benchmarks.json_report import Say
from tuneport.catalog import find_model, model_folder, require_pulled
from tuneport.config import Settings, resolve_hyperparameters
from tuneport.core import TRAINING_SPINS, InvalidRequest, available_cores, spin_while_waiting

PACKAGE = "benchmarks.against_trl"
SHARE_OF_MEMORY = 0.85
START_SECONDS = 90.0
"""Until a trial has its model in memory, on a slow machine."""
LARGEST_GRADIENT_DIFFERENCE = 1e-5
"""Beyond it a gradient in double precision must say which side is off."""


def compare_with_trl(
    file: Path,
    say: Say,
    *,
    method: Literal["supervised", "dpo"],
    n_rows: int,
    batch_size: int,
    base_model: str | None = None,
    memory_limit_gb: float | None = None,
) -> dict[str, Any]:
    """Train `n_rows` drawn rows of `file` on both sides; only full steps are taken.

    Raises `InvalidRequest` where there is none, and `NotFound` for a base model that is not here.
    """
    # Both sides alike, so that another program on the same cores slows neither more than the other.
    spin_while_waiting(TRAINING_SPINS)
    with tempfile.TemporaryDirectory() as folder:
        work = WorkFolder(Path(folder))
        n_drawn = draw_rows(file, work, n_rows, batch_size)
        setting = new_setting(method, n_drawn, batch_size, base_model)
        work.write_setting(
            setting if memory_limit_gb is None else replace(setting, memory_limit_bytes=int(memory_limit_gb * 1e9))
        )
        head = {"file": file.name, "method": method, "rows": n_drawn, "batch_size": batch_size}
        write_run(work, setting)
        say(f"Ours: {n_drawn} rows in {n_drawn // batch_size} steps")
        _run(work, f"{PACKAGE}.first_step", str(work.path))
        _run(work, "tuneport.train", str(run_folder(work).path))
        found = _train_theirs(work, say)
        if found["theirs_layout"] is None:
            return {**head, **found, "speedup": None, "ours": read_run(work)}
        has_exact = gradient_difference(work, "ours", "theirs") > LARGEST_GRADIENT_DIFFERENCE
        if has_exact:
            say("The first gradient in double precision")
            _run(work, f"{PACKAGE}.exact_peer", str(work.path))
        return {**head, **found, **write_report(work, has_exact_gradient=has_exact)}


def draw_rows(file: Path, work: WorkFolder, n_rows: int, batch_size: int) -> int:
    """Write the drawn lines into the work folder, and give their number."""
    lines = [line for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]
    n_drawn = min(n_rows, len(lines)) // batch_size * batch_size
    if n_drawn == 0:
        raise InvalidRequest(
            f"{file}: {min(n_rows, len(lines))} rows are no full step of {batch_size}. Lower the batch size."
        )
    work.rows_file.write_text("\n".join(random.Random(SEED).sample(lines, n_drawn)) + "\n", encoding="utf-8")
    return n_drawn


def new_setting(method: Literal["supervised", "dpo"], n_rows: int, batch_size: int, base_model: str | None) -> Setting:
    settings = Settings()
    model = find_model(base_model or settings.default_model, settings)
    require_pulled(model, settings)
    chosen = resolve_hyperparameters(n_rows, parameters=model.parameters, batch_size=batch_size, method=method)
    return Setting(
        method=method,
        base_model=model.name,
        model_folder=model_folder(model, settings),
        longest_row_tokens=model.context_tokens,
        batch_size=batch_size,
        learning_rate=chosen.learning_rate,
        threads=available_cores(),
        memory_limit_bytes=int(SHARE_OF_MEMORY * psutil.virtual_memory().total),
    )


def _train_theirs(work: WorkFolder, say: Say) -> dict[str, Any]:
    """Find the layout in which TRL is fastest here, then train in it."""
    setting = work.read_setting()
    trials: list[dict[str, Any]] = []

    def try_layout(layout: Layout, *, to_beat: float | None = None) -> float | None:
        say(f"Theirs, one step: {asdict(layout)}")
        patience = None if to_beat is None else START_SECONDS + 2 * to_beat
        try:
            fits = _fits(work, layout, "--is-trial", patience=patience)
        except subprocess.TimeoutExpired:
            trials.append({**asdict(layout), "seconds": None, "ended_by": "too slow"})
            return None
        seconds = float(work.read_result("theirs")["seconds"]) if fits else None
        trials.append({**asdict(layout), "seconds": seconds, "ended_by": None if fits else "out of memory"})
        return seconds

    layout, out_of_memory_at = choose_layout(
        setting.batch_size, try_layout, can_be_padding_free=setting.method == "supervised"
    )
    while layout is not None:
        say(f"Theirs: {asdict(layout)}")
        if _fits(work, layout):
            break
        out_of_memory_at.append(layout.rows_at_once)
        layout = smaller(layout)
    return {
        "theirs_layout": None if layout is None else asdict(layout),
        "theirs_trials": trials,
        "theirs_out_of_memory_at": out_of_memory_at,
    }


def _fits(work: WorkFolder, layout: Layout, *options: str, patience: float | None = None) -> bool:
    arguments = (str(work.path), json.dumps(asdict(layout)), *options)
    out_of_memory = (EXIT_OUT_OF_MEMORY, KILLED_BY_SYSTEM)
    return (
        _run(work, f"{PACKAGE}.trl_peer", *arguments, allowed=(0, *out_of_memory), patience=patience)
        not in out_of_memory
    )


def _run(
    work: WorkFolder,
    module: str,
    *arguments: str,
    allowed: tuple[int, ...] = (0,),
    patience: float | None = None,
) -> int:
    """Run one side to its end, for at most `patience` seconds.

    Any status but the `allowed` ones ends the comparison with the side's output.
    """
    limit_bytes = work.read_setting().memory_limit_bytes
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        preexec_fn=lambda: limit_memory(limit_bytes),
        capture_output=True,
        text=True,
        check=False,
        timeout=patience,
    )
    if done.returncode not in allowed:
        raise RuntimeError(f"{module} ended with status {done.returncode}:\n{done.stderr[-4000:]}")
    return done.returncode
