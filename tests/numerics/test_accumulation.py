"""However a step is cut into micro-batches, its gradient is the same."""

from __future__ import annotations

import pytest
import torch

from training_runs import new_loop, new_plan, write_rows
from tuneport.models import trainable_parameters
from tuneport.tokens import cut_into_micro_batches

N_ROWS = 16
WHOLE_STEP, FOUR_ROWS = 100_000, 110
"""Distinct tokens at once: all rows together, or four."""


@pytest.fixture
def plan(tiny_model_dir, tmp_path):
    return new_plan(tiny_model_dir, write_rows(tmp_path / "rows.jsonl", N_ROWS), batch_size=N_ROWS)


def step_gradient(model_folder, plan, micro_batch_tokens):
    """Give the step's loss and gradient as the loop accumulates them."""
    loop = new_loop(model_folder, plan, micro_batch_tokens=micro_batch_tokens)
    sums = loop.accumulate_gradients(plan.samples_of(1))
    return sums.loss_sum, torch.cat([weight.grad.flatten() for weight in trainable_parameters(loop.model).values()])


def test_a_step_of_one_micro_batch_has_the_gradient_of_a_step_of_four(tiny_model_dir, plan):
    batches = cut_into_micro_batches(plan.samples_of(1), FOUR_ROWS)

    loss, gradient = step_gradient(tiny_model_dir, plan, WHOLE_STEP)
    loss_in_parts, gradient_in_parts = step_gradient(tiny_model_dir, plan, FOUR_ROWS)

    assert [len(batch) for batch in batches] == [4, 4, 4, 4]
    assert len(cut_into_micro_batches(plan.samples_of(1), WHOLE_STEP)) == 1
    assert loss_in_parts == pytest.approx(loss, rel=1e-5)
    assert float((gradient_in_parts - gradient).norm() / gradient.norm()) < 1e-5
    assert float(gradient.norm()) > 0
