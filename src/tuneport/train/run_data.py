"""The data of a run: its rows, how they are batched for its model, and what is to be said about them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tuneport.config import DataReport, MemoryPlan, ModelSection, RunFolder, RunSpec
from tuneport.data import find_trained_lines
from tuneport.models import pick_device, read_model_config, why_rows_stay_separate
from tuneport.tokens import Renderer, Sample
from tuneport.train.batching import Batching
from tuneport.train.journal import Journal
from tuneport.train.memory_plan import plan_memory
from tuneport.train.objectives import Objective
from tuneport.train.parallel import Parallel
from tuneport.train.rows import StepPlan, read_samples, report_samples, with_loss


@dataclass(frozen=True)
class RunData:
    plan: StepPlan
    validation_samples: list[Sample]
    batching: Batching
    memory_plan: MemoryPlan
    report: DataReport
    trained_lines: frozenset[int] | None = None
    """Of a preference run, the lines of validation pairs whose prompt a training pair has, too."""


def read_data(
    spec: RunSpec, objective: Objective, renderer: Renderer, folder: RunFolder, journal: Journal, parallel: Parallel
) -> RunData:
    """Read the run's files. The first attempt writes the data report, and warns of what a user should know."""
    read = read_samples(spec.data.training_file, objective, renderer, spec.model)
    plan = StepPlan(with_loss(read, "training_file"), spec.schedule, spec.seed)
    file = spec.data.validation_file
    read_for_validation = [] if file is None else read_samples(file, objective, renderer, spec.model)
    validation_samples = with_loss(read_for_validation, "validation_file") if read_for_validation else []
    trained_lines = _find_trained_lines(spec)
    why_separate = _why_separate(spec.model, [*plan.samples, *validation_samples])
    batching = Batching(why_separate is None, parallel, spec.runtime.shard)
    memory_plan = _read_or_make_plan(spec, plan, batching, folder)
    if folder.read_memory_plan() is None and parallel.is_first:
        folder.write_memory_plan(memory_plan)
    report = folder.read_data_report()
    if report is None:
        report = report_samples(read, plan, batching, memory_plan.micro_batch_tokens)
        if parallel.is_first:
            _tell_rows(journal, report)
            _warn_of_rows(journal, "training", read, spec.model)
            _warn_of_rows(journal, "validation", read_for_validation, spec.model)
            _warn_of_trained_lines(journal, trained_lines)
            _warn_of_separate_rows(journal, why_separate)
            folder.write_data_report(report)
    return RunData(plan, validation_samples, batching, memory_plan, report, trained_lines)


def _find_trained_lines(spec: RunSpec) -> frozenset[int] | None:
    """Pairs are judged by these losses alone; supervised rows are asked again, and looked through then."""
    if spec.method.kind != "dpo" or spec.data.validation_file is None:
        return None
    return frozenset(find_trained_lines(spec.data.validation_file, spec.data.training_file, n_rows=sys.maxsize))


def _read_or_make_plan(spec: RunSpec, plan: StepPlan, batching: Batching, folder: RunFolder) -> MemoryPlan:
    device = pick_device(spec.runtime.device).type
    config = read_model_config(spec.model.folder)
    # Each process would find other memory free, but they must cut their rows alike.
    return batching.parallel.agreed(
        folder.read_memory_plan()
        or plan_memory(spec.runtime, plan, batching, config, device, trains_all=spec.adapter.kind == "full")
    )


def _why_separate(model: ModelSection, samples: Sequence[Sample]) -> str | None:
    longest_row_tokens = max(len(row.token_ids) for sample in samples for row in sample.rows)
    return why_rows_stay_separate(read_model_config(model.folder), longest_row_tokens)


def _tell_rows(journal: Journal, report: DataReport) -> None:
    journal.event(
        "noted",
        f"Training data: {report.n_rows:,} rows of {report.tokens:,} tokens, {report.loss_tokens:,} of them trained; "
        f"rows cut: {report.n_rows_cut:,}, without loss: {report.n_rows_without_loss:,}, "
        f"repeated: {report.n_rows_repeated:,}",
        data=report.model_dump(exclude={"cut_lines", "lines_without_loss"}),
    )


def _warn_of_rows(journal: Journal, part: str, samples: list[Sample], model: ModelSection) -> None:
    cut = [sample.line for sample in samples if sample.is_cut]
    journal.warn_of_lines(cut, f"{part} row(s) longer than {model.longest_row_tokens} tokens, cut at the end")
    lost = [sample.line for sample in samples if not sample.has_loss]
    journal.warn_of_lines(lost, f"{part} row(s) without a token to train on or with two equal answers, left out")


def _warn_of_trained_lines(journal: Journal, trained_lines: frozenset[int] | None) -> None:
    what = "validation pair(s) with a prompt that training has, too; the share of held-out pairs leaves them out"
    journal.warn_of_lines(sorted(trained_lines or ()), what)


def _warn_of_separate_rows(journal: Journal, why: str | None) -> None:
    if why is not None:
        journal.warn_once(
            f"This base model computes each row alone, also what rows have in common, because {why}. "
            "The results are the same; the run takes longer."
        )
