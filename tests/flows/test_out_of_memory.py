"""Memory that runs out, as torch reports it, at the loop's own seam: an objective that takes only small forests."""

import resource
import subprocess
import sys

import pytest
import torch

from training_runs import new_loop, new_plan, new_run, train, write_rows
from tuneport.core import TrainingFailed
from tuneport.models import trainable_parameters
from tuneport.models.layers import decoder_layers
from tuneport.train.evaluation import Evaluator
from tuneport.train.objectives import Supervised

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


def new_step(tiny_model_dir, tmp_path, objective):
    """Give a loop whose one step has sixteen rows, and the list of what it tells."""
    told = []
    loop = new_loop(
        tiny_model_dir,
        new_plan(tiny_model_dir, write_rows(tmp_path / "rows.jsonl", 16), batch_size=16),
        micro_batch_tokens=2048,
        objective=objective,
        tell=lambda plan, message: told.append((plan.micro_batch_tokens, plan.recompute_activations, message)),
    )
    objective.model = loop.model
    return loop, told


def gradient(loop):
    loop.accumulate_gradients(loop.plan.samples_of(1))
    return torch.cat([weight.grad.flatten() for weight in trainable_parameters(loop.model).values()])


def test_a_step_that_does_not_fit_is_computed_in_smaller_micro_batches(tiny_model_dir, tmp_path):
    small, told = new_step(tiny_model_dir, tmp_path, TakesSmallForests(300, is_enough_when_recomputing=False))
    whole, _ = new_step(tiny_model_dir, tmp_path, TakesSmallForests(PLENTY, is_enough_when_recomputing=False))

    found, expected = gradient(small), gradient(whole)

    assert float((found - expected).norm() / expected.norm()) < 1e-5
    assert [tokens for tokens, _, _ in told] == [1024, 512, 256]
    assert "going on with 1024" in told[0][2]


def test_validation_that_does_not_fit_is_measured_in_smaller_micro_batches(tiny_model_dir, tmp_path):
    small, told = new_step(tiny_model_dir, tmp_path, TakesSmallForests(300, is_enough_when_recomputing=False))
    whole, _ = new_step(tiny_model_dir, tmp_path, TakesSmallForests(PLENTY, is_enough_when_recomputing=False))

    found, expected = (
        Evaluator(loop.model, loop.objective, loop.plan.samples, 16, loop.memory, seed=7).evaluate_all()
        for loop in (small, whole)
    )

    assert found == pytest.approx(expected, rel=1e-5)
    assert [tokens for tokens, _, _ in told] == [1024, 512, 256]


def test_each_attempt_draws_the_same_random_numbers(tiny_model_dir, tmp_path):
    loop, _ = new_step(tiny_model_dir, tmp_path, TakesSmallForests(PLENTY, is_enough_when_recomputing=False))
    drawn = []

    def draw():
        drawn.append(float(torch.rand(())))
        if len(drawn) < 3:
            raise torch.OutOfMemoryError("no memory")
        return drawn[-1]

    assert loop.memory.fit(draw, loop.model, loop.plan.samples) == drawn[0] == drawn[1] == drawn[2]


def test_several_processes_do_not_change_their_plan(tiny_model_dir, tmp_path):
    loop, told = new_step(tiny_model_dir, tmp_path, TakesSmallForests(300, is_enough_when_recomputing=False))
    loop.memory.is_fixed = True

    with pytest.raises(torch.OutOfMemoryError):
        gradient(loop)

    assert told == []


def test_after_the_smallest_micro_batch_layers_are_computed_twice(tiny_model_dir, tmp_path):
    loop, told = new_step(tiny_model_dir, tmp_path, TakesSmallForests(10, is_enough_when_recomputing=True))
    whole, _ = new_step(tiny_model_dir, tmp_path, TakesSmallForests(PLENTY, is_enough_when_recomputing=False))

    found, expected = gradient(loop), gradient(whole)

    assert float((found - expected).norm() / expected.norm()) < 1e-5
    assert [recomputes for _, recomputes, _ in told] == [False, False, False, True]


def test_a_row_that_never_fits_fails_the_run_by_its_line(tiny_model_dir, tmp_path):
    loop, _ = new_step(tiny_model_dir, tmp_path, TakesSmallForests(10, is_enough_when_recomputing=False))

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
