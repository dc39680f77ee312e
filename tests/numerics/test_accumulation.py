"""However a step is cut into micro-batches, its gradient is the same."""

from __future__ import annotations

import pytest
import torch

from training_runs import write_rows
from tuneport.config import (
    AdapterSection,
    CadenceSection,
    MemoryPlan,
    ModelSection,
    OptimizerSection,
    ScheduleSection,
)
from tuneport.models import attach_adapter, load_base, trainable_parameters
from tuneport.tokens import Renderer, cut_into_micro_batches
from tuneport.train.loop import Loop
from tuneport.train.objectives import Supervised
from tuneport.train.optimizer import new_optimizer
from tuneport.train.out_of_memory import StepMemory
from tuneport.train.rows import StepPlan, read_samples

N_ROWS = 16
WHOLE_STEP, FOUR_ROWS = 100_000, 110
"""Distinct tokens at once: all rows together, or four."""


@pytest.fixture
def plan(tiny_model_dir, tmp_path):
    section = ModelSection(base_model="tiny", folder=tiny_model_dir, longest_row_tokens=512)
    rows = write_rows(tmp_path / "rows.jsonl", N_ROWS)
    samples = read_samples(rows, Supervised(), Renderer.from_folder(tiny_model_dir), section)
    return StepPlan(samples, ScheduleSection(n_epochs=1, batch_size=N_ROWS), seed=7)


def step_gradient(model_folder, plan, micro_batch_tokens):
    """Give the step's loss and gradient as the loop accumulates them."""
    model = attach_adapter(
        load_base(model_folder, torch.device("cpu")), AdapterSection(rank=4), base_name="tiny", seed=7
    )
    section = OptimizerSection(learning_rate=1e-3)
    loop = Loop(
        model=model,
        objective=Supervised(),
        optimizer=new_optimizer(model, section),
        plan=plan,
        evaluator=None,
        schedule=plan.schedule,
        optimizer_section=section,
        cadence=CadenceSection(),
        memory=StepMemory(
            MemoryPlan(micro_batch_tokens=micro_batch_tokens, recompute_activations=False), lambda *_: None
        ),
        is_stopping=lambda: False,
    )
    sums = loop.accumulate_gradients(plan.samples_of(1))
    return sums.loss_sum, torch.cat([weight.grad.flatten() for weight in trainable_parameters(model).values()])


def test_a_step_of_one_micro_batch_has_the_gradient_of_a_step_of_four(tiny_model_dir, plan):
    batches = cut_into_micro_batches(plan.samples_of(1), FOUR_ROWS)

    loss, gradient = step_gradient(tiny_model_dir, plan, WHOLE_STEP)
    loss_in_parts, gradient_in_parts = step_gradient(tiny_model_dir, plan, FOUR_ROWS)

    assert [len(batch) for batch in batches] == [4, 4, 4, 4]
    assert len(cut_into_micro_batches(plan.samples_of(1), WHOLE_STEP)) == 1
    assert loss_in_parts == pytest.approx(loss, rel=1e-5)
    assert float((gradient_in_parts - gradient).norm() / gradient.norm()) < 1e-5
    assert float(gradient.norm()) > 0
