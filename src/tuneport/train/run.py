"""One training run, from its spec to its result: what `python -m tuneport.train RUN_DIR` does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

import torch
from peft import PeftModel

from tuneport.config import DataReport, ModelSection, RunFolder, RunResult, RunSpec, StepMetrics
from tuneport.core import TuneportError
from tuneport.models import attach_adapter, load_base, pick_device, use_threads
from tuneport.tokens import Renderer, Sample
from tuneport.train.checkpointing import Checkpointer
from tuneport.train.evaluation import Evaluator
from tuneport.train.forecast import forecast_run, peak_memory_bytes
from tuneport.train.journal import Journal
from tuneport.train.loop import Loop, Stopped, new_optimizer
from tuneport.train.objectives import Objective, new_objective
from tuneport.train.references import with_references
from tuneport.train.rows import StepPlan, count_nodes, micro_batch_tokens, read_samples, report_samples, with_loss
from tuneport.weights import Manifest

EXIT_COMPLETE, EXIT_FAILED, EXIT_STOPPED = 0, 1, 143


def execute_run(folder: RunFolder, is_stopping: Callable[[], bool]) -> int:
    """Train to the end, from the newest sound checkpoint if there is one. Gives the exit status.

    What goes wrong is a `failed` event; an error that is not ours is raised on, for its trace in the log.
    """
    with closing(Journal(folder)) as journal:
        try:
            _train(folder, journal, is_stopping)
        except Stopped:
            return EXIT_STOPPED
        except TuneportError as error:
            journal.event("failed", error.message, code=error.code, param=error.param)
            return EXIT_FAILED
        except Exception as error:
            journal.event("failed", f"The run broke off: {type(error).__name__}: {error}", code="training_failed")
            raise
        return EXIT_COMPLETE


def _train(folder: RunFolder, journal: Journal, is_stopping: Callable[[], bool]) -> None:
    started = time.monotonic()
    spec = folder.read_spec()
    objective = new_objective(spec.method)
    # Data before model: a bad file is known in a second, and costs no memory.
    data = _read_data(spec, objective, folder, journal)
    model = _load_model(spec)
    if objective.needs_reference:
        data = _add_references(data, model, spec, folder)
    loop = _build_loop(spec, objective, model, data, is_stopping)
    checkpointer = Checkpointer(folder, loop.model, loop.optimizer, spec.cadence.keep_checkpoints)
    if folder.read_forecast() is None:
        validation_tokens = count_nodes(data.validation_samples, loop.micro_batch_tokens)
        folder.write_forecast(forecast_run(loop, data.report, validation_tokens))
        torch.manual_seed(spec.seed)
    step, trained_tokens = _restore(checkpointer, journal)
    plan = loop.plan
    journal.event("started", f"Steps {step + 1} to {plan.total_steps}", step=step + 1)

    def on_step(metrics: StepMetrics) -> None:
        nonlocal trained_tokens
        trained_tokens += metrics.tokens_seen
        journal.step(metrics)

    def save_checkpoint(step: int) -> None:
        is_epoch_end = plan.is_epoch_end(step)
        manifest = Manifest(
            step=step, epoch=plan.epoch_of(step), is_epoch_end=is_epoch_end, trained_tokens=trained_tokens
        )
        checkpointer.save(manifest)
        if is_epoch_end:
            journal.event("checkpoint_saved", f"Checkpoint of step {step}", step=step)

    loop.train(step + 1, on_step, save_checkpoint)
    _write_result(folder, journal, plan.total_steps, trained_tokens, time.monotonic() - started)


@dataclass(frozen=True)
class RunData:
    plan: StepPlan
    validation_samples: list[Sample]
    report: DataReport


def _read_data(spec: RunSpec, objective: Objective, folder: RunFolder, journal: Journal) -> RunData:
    renderer = Renderer.from_folder(spec.model.folder)
    read = read_samples(spec.data.training_file, objective, renderer, spec.model)
    plan = StepPlan(with_loss(read, "training_file"), spec.schedule, spec.seed)
    report = report_samples(read, plan, micro_batch_tokens(spec.runtime))
    is_first_attempt = folder.read_data_report() is None
    if is_first_attempt:
        _warn_of_rows(journal, "training", read, spec.model)
        folder.write_data_report(report)
    if spec.data.validation_file is None:
        return RunData(plan, [], report)
    validation_samples = read_samples(spec.data.validation_file, objective, renderer, spec.model)
    if is_first_attempt:
        _warn_of_rows(journal, "validation", validation_samples, spec.model)
    return RunData(plan, with_loss(validation_samples, "validation_file"), report)


def _warn_of_rows(journal: Journal, part: str, samples: list[Sample], model: ModelSection) -> None:
    cut = [sample.line for sample in samples if sample.is_cut]
    journal.warn_of_lines(cut, f"{part} row(s) longer than {model.longest_row_tokens} tokens, cut at the end")
    lost = [sample.line for sample in samples if not sample.has_loss]
    journal.warn_of_lines(lost, f"{part} row(s) without a token to train on, left out")


def _load_model(spec: RunSpec) -> PeftModel:
    use_threads(spec.runtime.threads)
    base = load_base(spec.model.folder, pick_device(spec.runtime.device))
    return attach_adapter(base, spec.adapter, base_name=spec.model.base_model, seed=spec.seed)


def _add_references(data: RunData, model: PeftModel, spec: RunSpec, folder: RunFolder) -> RunData:
    max_nodes = micro_batch_tokens(spec.runtime)
    training = with_references(model, data.plan.samples, max_nodes, folder.reference_file("training"))
    validation = with_references(model, data.validation_samples, max_nodes, folder.reference_file("validation"))
    return RunData(replace(data.plan, samples=training), validation, data.report)


def _build_loop(
    spec: RunSpec, objective: Objective, model: PeftModel, data: RunData, is_stopping: Callable[[], bool]
) -> Loop:
    max_nodes = micro_batch_tokens(spec.runtime)
    evaluator = Evaluator(
        model, objective, data.validation_samples, spec.cadence.eval_sample_rows, max_nodes, spec.seed
    )
    return Loop(
        model=model,
        objective=objective,
        optimizer=new_optimizer(model, spec.optimizer),
        plan=data.plan,
        evaluator=evaluator if data.validation_samples else None,
        schedule=spec.schedule,
        optimizer_section=spec.optimizer,
        cadence=spec.cadence,
        micro_batch_tokens=max_nodes,
        is_stopping=is_stopping,
    )


def _restore(checkpointer: Checkpointer, journal: Journal) -> tuple[int, int]:
    """Give the step that is done and the tokens trained so far; 0 and 0 for a new run."""
    manifest, damages = checkpointer.restore()
    for damage in damages:
        journal.event("warned", f"Checkpoint {damage}; the one before it is used")
    return (manifest.step, manifest.trained_tokens) if manifest else (0, 0)


def _write_result(folder: RunFolder, journal: Journal, steps: int, trained_tokens: int, seconds: float) -> None:
    last = journal.last_step or _last_of(folder)
    result = RunResult(
        checkpoint=str(folder.checkpoint_dir(steps).relative_to(folder.path)),
        steps=steps,
        trained_tokens=trained_tokens,
        seconds=seconds,
        peak_memory_bytes=peak_memory_bytes(),
        final_train_loss=last.train_loss,
        final_valid_loss=last.full_valid_loss,
    )
    folder.write_result(result)
    journal.event("finished", f"Finished after {steps} steps", step=steps)


def _last_of(folder: RunFolder) -> StepMetrics:
    """A run that was killed between its last checkpoint and its result has no step left to take."""
    metrics, _ = folder.read_metrics()
    return metrics[-1]
