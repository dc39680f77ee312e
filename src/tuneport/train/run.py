"""One training run, from its spec to its result: what `python -m tuneport.train RUN_DIR` does."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

import torch

from tuneport.config import DataReport, ModelSection, RunFolder, RunResult, RunSpec, StepMetrics
from tuneport.core import TuneportError
from tuneport.models import attach_adapter, load_base, pick_device, use_threads
from tuneport.tokens import Renderer, TokenizedExample
from tuneport.train.checkpointing import Checkpointer
from tuneport.train.evaluation import Evaluator
from tuneport.train.forecast import forecast_run, peak_memory_bytes
from tuneport.train.journal import Journal
from tuneport.train.loop import Loop, Stopped, new_optimizer
from tuneport.train.rows import StepPlan, count_nodes, read_rows, report_rows, with_loss
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
    # Data before model: a bad file is known in a second, and costs no memory.
    plan, validation_rows, report = _read_data(spec, folder, journal)
    loop = _build_loop(spec, plan, validation_rows, is_stopping)
    checkpointer = Checkpointer(folder, loop.model, loop.optimizer, spec.cadence.keep_checkpoints)
    if folder.read_forecast() is None:
        validation_tokens = count_nodes(validation_rows, spec.runtime.micro_batch_tokens)
        folder.write_forecast(forecast_run(loop, report, validation_tokens))
        torch.manual_seed(spec.seed)
    step, trained_tokens = _restore(checkpointer, journal)
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


def _read_data(
    spec: RunSpec, folder: RunFolder, journal: Journal
) -> tuple[StepPlan, list[TokenizedExample], DataReport]:
    renderer = Renderer.from_folder(spec.model.folder)
    read = read_rows(spec.data.training_file, renderer, spec.model)
    plan = StepPlan(with_loss(read, "training_file"), spec.schedule, spec.seed)
    report = report_rows(read, plan, spec.runtime.micro_batch_tokens)
    is_first_attempt = folder.read_data_report() is None
    if is_first_attempt:
        _warn_of_rows(journal, "training", read, spec.model)
        folder.write_data_report(report)
    if spec.data.validation_file is None:
        return plan, [], report
    validation_rows = read_rows(spec.data.validation_file, renderer, spec.model)
    if is_first_attempt:
        _warn_of_rows(journal, "validation", validation_rows, spec.model)
    return plan, with_loss(validation_rows, "validation_file"), report


def _warn_of_rows(journal: Journal, part: str, rows: list[TokenizedExample], model: ModelSection) -> None:
    cut = [row.line for row in rows if row.is_cut]
    journal.warn_of_lines(cut, f"{part} row(s) longer than {model.longest_row_tokens} tokens, cut at the end")
    lost = [row.line for row in rows if row.loss_tokens == 0]
    journal.warn_of_lines(lost, f"{part} row(s) without a token to train on, left out")


def _build_loop(
    spec: RunSpec, plan: StepPlan, validation_rows: list[TokenizedExample], is_stopping: Callable[[], bool]
) -> Loop:
    use_threads(spec.runtime.threads)
    base = load_base(spec.model.folder, pick_device(spec.runtime.device))
    model = attach_adapter(base, spec.adapter, base_name=spec.model.base_model, seed=spec.seed)
    evaluator = Evaluator(
        model, validation_rows, spec.cadence.eval_sample_rows, spec.runtime.micro_batch_tokens, spec.seed
    )
    return Loop(
        model=model,
        optimizer=new_optimizer(model, spec.optimizer),
        plan=plan,
        evaluator=evaluator if validation_rows else None,
        schedule=spec.schedule,
        optimizer_section=spec.optimizer,
        cadence=spec.cadence,
        runtime=spec.runtime,
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
