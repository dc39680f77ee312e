"""One training run, from its spec to its result: what `python -m tuneport.train RUN_DIR` does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import torch
from torch.nn import Module

from tuneport.config import MemoryPlan, RunFolder, RunSpec
from tuneport.core import TrainingFailed, TuneportError
from tuneport.models import choose_attention, pick_device, use_threads
from tuneport.tokens import Renderer, Sample
from tuneport.train.checkpointing import Checkpointer
from tuneport.train.evaluation import Evaluator
from tuneport.train.forecast import forecast_run
from tuneport.train.history import History
from tuneport.train.journal import Journal
from tuneport.train.loop import Loop
from tuneport.train.objectives import Objective, new_objective
from tuneport.train.optimizer import new_optimizer
from tuneport.train.out_of_memory import StepMemory, is_out_of_memory
from tuneport.train.parallel import Parallel, Stopped, check_gpus, joined_processes, processes_here
from tuneport.train.record import Record
from tuneport.train.reference_answers import answer_references
from tuneport.train.references import with_references
from tuneport.train.result import write_result
from tuneport.train.run_data import RunData, read_data
from tuneport.train.run_model import (
    arrange_layers,
    check_engine,
    check_sharding,
    has_own_tokenizer,
    load_model,
    read_renderer,
    tokenizer_bytes,
)
from tuneport.weights import adapter_to_continue

EXIT_COMPLETE, EXIT_FAILED, EXIT_STOPPED = 0, 1, 143


def execute_run(folder: RunFolder, is_stopping: Callable[[], bool]) -> int:
    """Train to the end, from the newest sound checkpoint if there is one. Gives the exit status.

    What goes wrong is a `failed` event; an error that is not ours is raised on, for its trace in the log.
    """
    with joined_processes(is_stopping) as parallel, _opened_journal(folder, parallel) as journal:
        try:
            _train(folder, journal, parallel)
        except Stopped:
            return EXIT_STOPPED
        except TuneportError as error:
            _tell_failure(error, folder, journal, parallel)
            return EXIT_FAILED
        except Exception as error:
            _tell_failure(_broke_off(error), folder, journal, parallel)
            raise
        return EXIT_COMPLETE


def _tell_failure(failure: TuneportError, folder: RunFolder, journal: Journal, parallel: Parallel) -> None:
    """Say why the run failed. Of several processes each does: the others only know that one is gone."""
    with nullcontext(journal) if parallel.is_first else closing(Journal(folder)) as told:
        told.event("failed", failure.message, code=failure.code, param=failure.param)


def _broke_off(error: Exception) -> TrainingFailed:
    if is_out_of_memory(error):
        return TrainingFailed(
            f"Out of memory where smaller micro-batches do not help: {error}. The model with its optimizer, or one "
            "row, takes more than is free. Tune an adapter instead of all weights, take quantization 'nf4' or a "
            "smaller base model, end other programs, or give the machine more memory.",
            code="out_of_memory",
        )
    return TrainingFailed(f"The run broke off: {type(error).__name__}: {error}", code="training_failed")


@contextmanager
def _opened_journal(folder: RunFolder, parallel: Parallel) -> Iterator[Journal]:
    """One process writes the run folder; what the others have to say of a run is the same, and goes nowhere."""
    with (
        TemporaryDirectory() as nowhere,
        closing(Journal(folder if parallel.is_first else RunFolder(Path(nowhere)))) as journal,
    ):
        yield journal


def _train(folder: RunFolder, journal: Journal, parallel: Parallel) -> None:
    started = time.monotonic()
    spec = _with_starting_point(folder.read_spec())
    check_gpus(torch.cuda.device_count(), processes_here())
    check_engine(spec.model)
    check_sharding(spec, parallel.n_processes)
    renderer = read_renderer(spec.model, spec.adapter).as_of(spec.day)
    objective = new_objective(spec.method)
    # Data before model: a bad file is known in a second, and costs no memory.
    data = read_data(spec, objective, renderer, folder, journal, parallel)
    model = _load_model(spec, renderer, data)
    parallel.raise_if_stopping()
    memory = _step_memory(data, folder, journal)
    if objective.needs_reference:
        data = _add_references(data, model, memory, folder)
    loop = _build_loop(spec, objective, model, data, memory)
    own_tokenizer = renderer if has_own_tokenizer(spec.model, spec.adapter) else None
    checkpointer = Checkpointer(
        folder,
        loop.model,
        loop.optimizer,
        spec.cadence.keep_checkpoints,
        spec.model,
        own_tokenizer,
        parallel.is_first,
    )
    if parallel.any(folder.read_forecast() is None):
        validation_tokens = data.batching.count_nodes(data.validation_samples, data.memory_plan.micro_batch_tokens)
        forecast = forecast_run(
            loop,
            data.report,
            validation_tokens,
            trains_all=spec.adapter.kind == "full",
            tokenizer_bytes=tokenizer_bytes(spec.model) if own_tokenizer else 0,
            started=started,
        )
        if parallel.is_first:
            folder.write_forecast(forecast)
    # The probe and the adapter's first weights have drawn numbers; an attempt without them must meet the same ones.
    torch.manual_seed(spec.seed)
    record = Record(journal, checkpointer, loop.plan, spec.cadence, History())
    last_step = _continue(loop, record, folder)
    seconds = time.monotonic() - started
    _keep_reference_answers(loop, record, spec, renderer, last_step)
    if parallel.is_first:
        write_result(folder, record, last_step, seconds)


def _keep_reference_answers(loop: Loop, record: Record, spec: RunSpec, renderer: Renderer, last_step: int) -> None:
    step, checkpointer = record.choose_step(last_step), record.checkpointer
    # Processes that hold a part of the layers each have to compute together.
    if not checkpointer.is_writer and not loop.batching.is_sharded:
        return
    checkpoint = checkpointer.folder.checkpoint_dir(step)
    references = answer_references(
        loop.model,
        spec,
        renderer,
        shares_prefixes=loop.batching.shares_prefixes,
        checkpoint=None if step == last_step else checkpoint,
    )
    if checkpointer.is_writer:
        references.write(checkpoint)


def _with_starting_point(spec: RunSpec) -> RunSpec:
    return spec.model_copy(update={"adapter": adapter_to_continue(spec.adapter, spec.model.base_model)})


def _load_model(spec: RunSpec, renderer: Renderer, data: RunData) -> Module:
    use_threads(spec.runtime.threads)
    device = pick_device(spec.runtime.device)
    model = load_model(
        spec.model,
        spec.adapter,
        renderer,
        device=spec.runtime.device,
        seed=spec.seed,
        attention=choose_attention(device, shares_prefixes=data.batching.shares_prefixes),
        is_sharded=data.batching.is_sharded,
    )
    runtime = spec.runtime.model_copy(update={"recompute_activations": data.memory_plan.recompute_activations})
    arrange_layers(model, runtime, device, data.batching.parallel.n_processes)
    return model


def _step_memory(data: RunData, folder: RunFolder, journal: Journal) -> StepMemory:
    def record_change(changed: MemoryPlan, message: str) -> None:
        folder.write_memory_plan(changed)
        journal.event("warned", message)

    return StepMemory(data.memory_plan, record_change, is_fixed=data.batching.parallel.n_processes > 1)


def _add_references(data: RunData, model: Module, memory: StepMemory, folder: RunFolder) -> RunData:
    def referred(samples: list[Sample], part: Literal["training", "validation"]) -> list[Sample]:
        return with_references(model, samples, data.batching, memory, folder.reference_file(part))

    plan = replace(data.plan, samples=referred(data.plan.samples, "training"))
    return replace(data, plan=plan, validation_samples=referred(data.validation_samples, "validation"))


def _build_loop(spec: RunSpec, objective: Objective, model: Module, data: RunData, memory: StepMemory) -> Loop:
    evaluator = Evaluator(
        model,
        objective,
        data.validation_samples,
        spec.cadence.eval_sample_rows,
        memory,
        spec.seed,
        data.batching,
        data.trained_lines,
    )
    return Loop(
        model=model,
        objective=objective,
        optimizer=new_optimizer(model, spec.optimizer),
        plan=data.plan,
        evaluator=evaluator if data.validation_samples else None,
        optimizer_section=spec.optimizer,
        cadence=spec.cadence,
        memory=memory,
        batching=data.batching,
    )


def _continue(loop: Loop, record: Record, folder: RunFolder) -> int:
    """Train on from the newest sound checkpoint, or from the start; gives the last step."""
    manifest = record.restore(folder.read_metrics()[0])
    step = manifest.step if manifest else 0
    record.journal.event("started", f"Steps {step + 1} to {loop.plan.total_steps}", step=step + 1)
    if manifest and manifest.unmeasured:
        loop.finish_step(manifest.unmeasured, record)
    if manifest and manifest.is_epoch_end and not _is_announced(step, folder):
        record.announce(step)
    return loop.train(step + 1, record)


def _is_announced(step: int, folder: RunFolder) -> bool:
    """Say whether the attempt that saved this checkpoint lived to say so."""
    run_events, _ = folder.read_events()
    return any(event.kind == "checkpoint_saved" and event.step == step for event in run_events)
