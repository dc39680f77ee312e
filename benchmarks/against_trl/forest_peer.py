"""Our side: `python -m benchmarks.against_trl.forest_peer WORK_FOLDER`.

Lays out the steps and draws the adapter for both sides, then trains with the loop that every job runs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import save_file

from benchmarks.against_trl.memory import limited_memory, peak_memory_bytes
from benchmarks.against_trl.setting import Setting, WorkFolder
from tuneport.config import (
    AdapterSection,
    CadenceSection,
    MethodSection,
    ModelSection,
    OptimizerSection,
    RuntimeSection,
    ScheduleSection,
    StepMetrics,
)
from tuneport.models import attach_adapter, load_base, read_adapter, save_adapter, trainable_parameters, use_threads
from tuneport.tokens import Renderer, Sample
from tuneport.train.loop import Loop, new_optimizer
from tuneport.train.objectives import Objective, new_objective
from tuneport.train.references import with_references
from tuneport.train.rows import StepPlan, micro_batch_tokens, read_samples

CPU = torch.device("cpu")


def train(work: WorkFolder) -> None:
    setting = work.read_setting()
    use_threads(setting.threads)
    objective = new_objective(MethodSection(kind=setting.method, beta=setting.beta))
    plan = _plan(work, setting, objective)
    base = load_base(Path(setting.model_folder), CPU)
    model = attach_adapter(base, AdapterSection(), base_name=setting.base_model, seed=setting.seed)
    work.adapter_folder.mkdir()
    save_adapter(model, work.adapter_folder)
    max_nodes = micro_batch_tokens(RuntimeSection())
    started, cpu_started = time.perf_counter(), time.process_time()
    if objective.needs_reference:
        samples = with_references(model, plan.samples, max_nodes, work.path / "references.json")
        plan = StepPlan(samples, plan.schedule, plan.seed)
    loop = _loop(model, objective, plan, setting, max_nodes)
    steps: list[StepMetrics] = []
    loop.train(1, steps.append, lambda step: None)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    peak = peak_memory_bytes()
    _save_first_gradient(loop, work)
    work.write_result(
        "ours",
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        losses=[step.loss_sum / step.loss_count for step in steps],
        peak_memory_bytes=peak,
        tokens_in_rows=sum(step.tokens_seen for step in steps),
        tokens_computed=sum(step.tokens_computed for step in steps),
        loss_tokens=sum(sample.loss_tokens for sample in plan.samples),
    )


def _plan(work: WorkFolder, setting: Setting, objective: Objective) -> StepPlan:
    """Lay the rows out in steps, as a job would, and write them down for the other side."""
    section = ModelSection(
        base_model=setting.base_model,
        folder=Path(setting.model_folder),
        longest_row_tokens=setting.longest_row_tokens,
    )
    samples = read_samples(work.rows_file, objective, Renderer.from_folder(section.folder), section)
    schedule = ScheduleSection(n_epochs=1, batch_size=setting.batch_size, warmup_share=0.0, decay="constant")
    plan = StepPlan([sample for sample in samples if sample.has_loss], schedule, setting.seed)
    steps = [[_plain(sample) for sample in plan.samples_of(step)] for step in range(1, plan.total_steps + 1)]
    work.steps_file.write_text(json.dumps(steps))
    return plan


def _plain(sample: Sample) -> list[dict[str, list[int]]]:
    return [
        {"ids": row.token_ids.tolist(), "has_loss": [int(weight > 0) for weight in row.loss_weights]}
        for row in sample.rows
    ]


def _loop(model: torch.nn.Module, objective: Objective, plan: StepPlan, setting: Setting, max_nodes: int) -> Loop:
    section = OptimizerSection(learning_rate=setting.learning_rate, max_grad_norm=setting.max_grad_norm)
    return Loop(
        model=model,
        objective=objective,
        optimizer=new_optimizer(model, section),
        plan=plan,
        evaluator=None,
        schedule=plan.schedule,
        optimizer_section=section,
        cadence=CadenceSection(),
        micro_batch_tokens=max_nodes,
        is_stopping=lambda: False,
    )


def _save_first_gradient(loop: Loop, work: WorkFolder) -> None:
    """Go back to the first adapter: computed before training, the pass would have warmed this side up."""
    read_adapter(loop.model, work.adapter_folder)
    loop.accumulate_gradients(loop.plan.samples_of(1))
    gradients = {
        name: parameter.grad
        for name, parameter in trainable_parameters(loop.model).items()
        if parameter.grad is not None
    }
    save_file(gradients, work.gradient_file("ours"))


if __name__ == "__main__":
    folder = WorkFolder(Path(sys.argv[1]))
    with limited_memory(folder.read_setting().memory_limit_bytes):
        train(folder)
