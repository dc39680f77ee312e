"""The part "estimate" of a report: what a job on a file takes here, and what it would cost elsewhere."""

from __future__ import annotations

from typing import Any

import orjson

from tuneport.catalog import BaseModel, model_folder
from tuneport.config import CadenceSection, Hyperparameters, resolve_hyperparameters
from tuneport.core import DataError, Machine, read_machine
from tuneport.jobs import DEFAULT_RANK
from tuneport.tokens import OPENAI_ENCODING, Statistics
from tuneport.weights import expected_adapter_weights, expected_checkpoint_bytes
from tuneport.workspace.elsewhere import price_tokens
from tuneport.workspace.past_runs import PastRuns
from tuneport.workspace.report_context import ReportContext

MOST_BETWEEN = 3
"""With more checkpoints between the ends of epochs, no more disk is taken at once."""
OPERATIONS_PER_TOKEN = 4
"""Of each weight: there and back through frozen layers."""
OPERATIONS_PER_SECOND = 38e9
"""Of one core, as measured with the drone set (docs/benchmarks.md): other processors differ up to several times."""


def report_estimate(context: ReportContext) -> dict[str, Any]:
    """Raises `DataError` where no row can be trained, and as `count_statistics`."""
    statistics = context.counted.statistics
    if not statistics.tokens_per_epoch:
        raise DataError("No row of the file can be trained, so there is nothing to estimate. See its check.")
    request = context.request
    chosen = resolve_hyperparameters(
        statistics.n_rows, parameters=context.base_model.parameters, n_epochs=request.n_epochs, method=request.method
    )
    n_epochs = chosen.n_epochs
    return {
        "model": context.base_model.name,
        "method": request.method,
        "n_rows": statistics.n_rows,
        "refused": statistics.refused.n_rows + statistics.refused_by_template.n_rows,
        "n_epochs": n_epochs,
        "why_n_epochs": chosen.reasons.get("n_epochs", "as asked for"),
        "batch_size": chosen.batch_size,
        "tokens": statistics.tokens_per_epoch * n_epochs,
        "trained_tokens": statistics.trained_tokens_per_epoch * n_epochs,
        "tokens_to_compute": statistics.tokens_to_compute_per_epoch * n_epochs,
        "here": _here(context, statistics, chosen),
        "elsewhere": price_elsewhere(statistics, n_epochs),
    }


def _here(context: ReportContext, statistics: Statistics, chosen: Hyperparameters) -> dict[str, Any]:
    base, method = context.base_model, context.request.method
    machine = read_machine(context.settings.home)
    past = context.find_past_runs(base.name, method)
    speed, based_on = _speed(base, machine, past)
    memory = past.peak_memory_bytes if past else base.memory_bytes.get(method)
    seconds = statistics.tokens_to_compute_per_epoch * chosen.n_epochs / speed if speed else None
    return {
        "seconds": seconds,
        "tokens_per_second": speed,
        "based_on": based_on,
        "peak_memory_bytes": memory,
        "memory_based_on": "past runs" if past else "the catalog" if memory else "nothing yet: a run measures it",
        "memory_bytes": max([machine.memory_bytes, *(gpu.memory_bytes for gpu in machine.gpus)]),
        "checkpoint_bytes": _checkpoint_bytes(context, chosen.n_epochs, seconds),
        "free_disk_bytes": machine.free_disk_bytes,
    }


def _speed(base: BaseModel, machine: Machine, past: PastRuns | None) -> tuple[float | None, str]:
    """Give distinct tokens a second, and where the number is from."""
    if past is not None:
        runs = "the last run" if past.n_runs == 1 else f"the last {past.n_runs} runs"
        return past.tokens_per_second, f"{runs} of this model here; validation is not counted"
    if machine.gpus:
        return None, "nothing yet: a run on this GPU says it before its first step"
    if not base.parameters:
        return None, "nothing yet: a run says it before its first step"
    speed = machine.cores * OPERATIONS_PER_SECOND / (OPERATIONS_PER_TOKEN * base.parameters)
    return speed, (
        f"a rule of thumb: {OPERATIONS_PER_TOKEN} operations a token and weight, {OPERATIONS_PER_SECOND / 1e9:.0f} "
        "billion a second and core; a run says it exactly before its first step"
    )


def _checkpoint_bytes(context: ReportContext, n_epochs: int, seconds: float | None) -> int | None:
    """Give the disk of a plain adapter's checkpoints; `None` where the model's config does not tell its layers."""
    config = model_folder(context.base_model, context.settings) / "config.json"
    n_weights = expected_adapter_weights(orjson.loads(config.read_bytes()), DEFAULT_RANK)
    if n_weights is None:
        return None
    cadence = CadenceSection()
    # How long it takes is known of most; else it may be long.
    n_between = MOST_BETWEEN if seconds is None else int(seconds / cadence.save_every_seconds)
    return expected_checkpoint_bytes(
        n_weights, n_epochs=n_epochs, n_kept_epochs=cadence.most_kept_epochs, n_between=n_between
    )


def price_elsewhere(statistics: Statistics, n_epochs: int) -> dict[str, Any]:
    """Give what training costs by the price table, by OpenAI's count where there is one that is fit for the rows.

    By this model's own count rows are whole, however many tokens this model takes of one.
    """
    # The cookbook's formula leaves out what tools are declared with, which may be most of a row.
    has_tools = statistics.tools is not None and statistics.tools.n_rows_with_tools > 0
    whole = 0 if statistics.tokens is None else statistics.tokens.total * n_epochs
    if has_tools or statistics.cookbook is None:
        return price_tokens(whole)
    billed = {bill.longest_row_tokens: bill.tokens for bill in statistics.cookbook.billing}
    return price_tokens(whole, billed, counted_with=OPENAI_ENCODING)
