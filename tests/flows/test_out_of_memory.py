"""Memory that runs out, as torch reports it, at the loop's own seam: an objective that takes only small forests."""

import math
import resource
import subprocess
import sys

import pytest
import torch

from training_runs import new_run, train, write_rows
from tuneport.config import (
    AdapterSection,
    CadenceSection,
    MemoryPlan,
    ModelSection,
    OptimizerSection,
    ScheduleSection,
)
from tuneport.core import TrainingFailed
from tuneport.models import attach_adapter, load_base, trainable_parameters
from tuneport.models.layers import decoder_layers
from tuneport.tokens import Renderer
from tuneport.train.evaluation import Evaluator
from tuneport.train.loop import Loop
from tuneport.train.objectives import Supervised
from tuneport.train.optimizer import new_optimizer
from tuneport.train.out_of_memory import StepMemory
from tuneport.train.rows import StepPlan, read_samples

PLENTY = 100_000


class TakesSmallForests(Supervised):
    def __init__(self, max_nodes, *, is_enough_when_recomputing):
        self.max_nodes = max_nodes
        self.is_enough_when_recomputing = is_enough_when_recomputing
        self.model = None

    def loss(self, forest, edges, samples):
        recomputes = any(layer.gradient_checkpointing for layer in decoder_layers(self.model))
        if forest.n_nodes > self.max_nodes and not (recomputes and self.is_enough_when_recomputing):
            raise torch.OutOfMemoryError("no memory for this forest")
        return super().loss(forest, edges, samples)


def new_loop(tiny_model_dir, tmp_path, objective):
    """Give a loop over sixteen rows, and the list of what it tells."""
    section = ModelSection(base_model="tiny", folder=tiny_model_dir, longest_row_tokens=512)
    rows = write_rows(tmp_path / "rows.jsonl", 16)
    samples = read_samples(rows, Supervised(), Renderer.from_folder(tiny_model_dir), section)
    model = attach_adapter(
        load_base(tiny_model_dir, torch.device("cpu")), AdapterSection(rank=4), base_name="tiny", seed=7
    )
    objective.model = model
    optimizer = OptimizerSection(learning_rate=1e-3)
    plan = StepPlan(samples, ScheduleSection(n_epochs=1, batch_size=16), seed=7)
    told = []
    loop = Loop(
        model=model,
        objective=objective,
        optimizer=new_optimizer(model, optimizer),
        plan=plan,
        evaluator=None,
        schedule=plan.schedule,
        optimizer_section=optimizer,
        cadence=CadenceSection(),
        memory=StepMemory(
            MemoryPlan(micro_batch_tokens=2048, recompute_activations=False),
            lambda plan, message: told.append((plan.micro_batch_tokens, plan.recompute_activations, message)),
        ),
        is_stopping=lambda: False,
    )
    return loop, told


def gradient(loop):
    loop.accumulate_gradients(loop.plan.samples_of(1))
    return torch.cat([weight.grad.flatten() for weight in trainable_parameters(loop.model).values()])


def test_a_step_that_does_not_fit_is_computed_in_smaller_micro_batches(tiny_model_dir, tmp_path):
    small, told = new_loop(tiny_model_dir, tmp_path, TakesSmallForests(300, is_enough_when_recomputing=False))
    whole, _ = new_loop(tiny_model_dir, tmp_path, TakesSmallForests(PLENTY, is_enough_when_recomputing=False))

    found, expected = gradient(small), gradient(whole)

    assert float((found - expected).norm() / expected.norm()) < 1e-5
    assert [tokens for tokens, _, _ in told] == [1024, 512, 256]
    assert "going on with 1024" in told[0][2]


def test_validation_after_a_step_that_did_not_fit_is_measured_in_its_smaller_micro_batches(tiny_model_dir, tmp_path):
    loop, _ = new_loop(tiny_model_dir, tmp_path, TakesSmallForests(300, is_enough_when_recomputing=False))
    evaluator = Evaluator(
        loop.model, loop.objective, loop.plan.samples, 16, loop.memory, seed=7, is_stopping=loop.is_stopping
    )
    gradient(loop)

    loss, _ = evaluator.evaluate_all()

    assert math.isfinite(loss)


def test_after_the_smallest_micro_batch_layers_are_computed_twice(tiny_model_dir, tmp_path):
    loop, told = new_loop(tiny_model_dir, tmp_path, TakesSmallForests(10, is_enough_when_recomputing=True))
    whole, _ = new_loop(tiny_model_dir, tmp_path, TakesSmallForests(PLENTY, is_enough_when_recomputing=False))

    found, expected = gradient(loop), gradient(whole)

    assert float((found - expected).norm() / expected.norm()) < 1e-5
    assert [recomputes for _, recomputes, _ in told] == [False, False, False, True]


def test_a_row_that_never_fits_fails_the_run_by_its_line(tiny_model_dir, tmp_path):
    loop, _ = new_loop(tiny_model_dir, tmp_path, TakesSmallForests(10, is_enough_when_recomputing=False))

    with pytest.raises(TrainingFailed, match=r"The row on line \d+ has \d+ tokens") as raised:
        gradient(loop)

    assert raised.value.code == "out_of_memory"


def test_memory_that_runs_out_elsewhere_is_said_in_words(tiny_model_dir, tmp_path, monkeypatch):
    def no_memory(*_):
        raise torch.OutOfMemoryError("no memory for the moments")

    run = new_run(tmp_path / "run", tiny_model_dir, write_rows(tmp_path / "rows.jsonl", 10))
    monkeypatch.setattr(torch.optim.AdamW, "step", no_memory)

    with pytest.raises(torch.OutOfMemoryError):
        train(run)

    failure = run.read_events()[0][-1]
    assert (failure.kind, failure.code) == ("failed", "out_of_memory")
    assert "no memory for the moments. The model with its optimizer, or one row, takes more" in failure.message


def test_a_run_without_its_memory_plan_writes_it_again(tiny_model_dir, tmp_path):
    run = new_run(tmp_path / "run", tiny_model_dir, write_rows(tmp_path / "rows.jsonl", 10))
    train(run)
    plan = run.read_memory_plan()
    run.memory_plan_file.unlink()

    train(run)

    assert run.read_memory_plan() == plan


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a process instead of refusing it memory")
def test_a_process_is_refused_the_memory_that_is_not_there_and_lives_on():
    program = (
        "import torch\n"
        "from tuneport.train.out_of_memory import is_out_of_memory, limit_to_free_memory\n"
        "limit_to_free_memory()\n"
        "try:\n"
        "    torch.empty(10**10)\n"
        "except Exception as error:\n"
        "    print('refused', is_out_of_memory(error))\n"
    )
    too_little = 4 * 10**10 - 1

    answer = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (too_little, too_little)),
    )

    assert answer.stdout.strip() == "refused True", answer.stderr
