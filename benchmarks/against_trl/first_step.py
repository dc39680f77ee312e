"""What both sides start from: `python -m benchmarks.against_trl.first_step WORK_FOLDER`.

Writes the rows of each step as token ids, the first adapter, the reference of preference pairs (timed), and our
gradient of the first step.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import Module

from benchmarks.against_trl.our_run import run_folder
from benchmarks.against_trl.setting import Row, WorkFolder
from tuneport.config import MemoryPlan, RunSpec
from tuneport.models import attach_adapter, load_base, save_adapter, trainable_parameters, use_threads
from tuneport.tokens import Renderer, Sample
from tuneport.train.batching import Batching
from tuneport.train.loop import Loop
from tuneport.train.objectives import Objective, new_objective
from tuneport.train.optimizer import new_optimizer
from tuneport.train.out_of_memory import StepMemory
from tuneport.train.references import with_references
from tuneport.train.rows import StepPlan, read_samples

MICRO_BATCH_TOKENS = 2048
"""Any number gives the same gradient."""


def prepare(work: WorkFolder) -> None:
    spec = run_folder(work).read_spec()
    use_threads(spec.runtime.threads)
    objective = new_objective(spec.method)
    samples = read_samples(spec.data.training_file, objective, Renderer.from_folder(spec.model.folder), spec.model)
    plan = StepPlan([sample for sample in samples if sample.has_loss], spec.schedule, spec.seed)
    steps = [[_plain(sample) for sample in plan.samples_of(step)] for step in range(1, plan.total_steps + 1)]
    work.steps_file.write_text(json.dumps(steps))
    base = load_base(spec.model.folder, torch.device("cpu"))
    model = attach_adapter(base, spec.adapter, base_name=spec.model.base_model, seed=spec.seed)
    work.adapter_folder.mkdir()
    save_adapter(model, work.adapter_folder)
    plan_of_memory = MemoryPlan(micro_batch_tokens=MICRO_BATCH_TOKENS, recompute_activations=False)
    memory = StepMemory(plan_of_memory, lambda *_: None)
    started = time.perf_counter()
    if objective.needs_reference:
        # The run finds them in its folder and does not compute them again.
        file = run_folder(work).reference_file("training")
        plan = replace(plan, samples=with_references(model, plan.samples, Batching(), memory, file))
    work.write_result("first_step", reference_seconds=time.perf_counter() - started)
    _save_gradient(work, model, objective, plan, spec, memory)


def _plain(sample: Sample) -> list[Row]:
    return [
        {"ids": row.token_ids.tolist(), "has_loss": [int(weight > 0) for weight in row.loss_weights]}
        for row in sample.rows
    ]


def _save_gradient(
    work: WorkFolder, model: Module, objective: Objective, plan: StepPlan, spec: RunSpec, memory: StepMemory
) -> None:
    loop = Loop(
        model=model,
        objective=objective,
        optimizer=new_optimizer(model, spec.optimizer),
        plan=plan,
        optimizer_section=spec.optimizer,
        memory=memory,
    )
    loop.accumulate_gradients(plan.samples_of(1))
    named = trainable_parameters(model).items()
    save_file({name: value.grad for name, value in named if value.grad is not None}, work.gradient_file("ours"))


if __name__ == "__main__":
    prepare(WorkFolder(Path(sys.argv[1])))
