"""The training loop: one optimizer step after the other, each over the prefix forests of its rows."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import torch
from torch.nn.utils import clip_grad_norm_

from tuneport.config import CadenceSection, OptimizerSection, ScheduleSection, StepMetrics
from tuneport.core import TrainingFailed
from tuneport.models import edge_logprobs, trainable_parameters
from tuneport.tokens import Sample
from tuneport.train.batching import Batching
from tuneport.train.evaluation import Evaluator
from tuneport.train.objectives import LossOutput, Objective
from tuneport.train.out_of_memory import StepMemory
from tuneport.train.parallel import Stopped
from tuneport.train.random_state import random_state, set_random_state
from tuneport.train.record import Record
from tuneport.train.rows import StepPlan


@dataclass(frozen=True)
class StepSums:
    loss_sum: float
    n_right: float
    extra: dict[str, float]
    tokens_computed: int

    @staticmethod
    def of(sums: dict[str, float]) -> StepSums:
        loss_sum, n_right, tokens_computed = (sums.pop(name) for name in ("loss_sum", "n_right", "tokens_computed"))
        return StepSums(loss_sum, n_right, sums, int(tokens_computed))


@dataclass(frozen=True)
class Loop:
    """What one run trains with. `train` is the whole of it."""

    model: torch.nn.Module
    objective: Objective
    optimizer: torch.optim.Optimizer
    plan: StepPlan
    optimizer_section: OptimizerSection
    memory: StepMemory
    evaluator: Evaluator | None = None
    cadence: CadenceSection = field(default_factory=CadenceSection)
    batching: Batching = field(default_factory=Batching)

    def train(self, first_step: int, record: Record) -> int:
        """Run the steps from `first_step` on; gives the last one. Raises `Stopped` and `TrainingFailed`."""
        saved_step, saved_at = first_step - 1, time.monotonic()
        for step in range(first_step, self.plan.total_steps + 1):
            if record.is_enough():
                return step - 1
            state = random_state()
            try:
                metrics = self._train_step(step)
            except Stopped:
                # The step's first micro-batches have drawn random numbers; it will begin anew.
                set_random_state(state)
                if saved_step < step - 1:
                    record.save(step - 1)
                raise
            self.finish_step(metrics, record)
            if self.plan.is_epoch_end(step) or time.monotonic() - saved_at > self.cadence.save_every_seconds:
                record.save(step)
                saved_step, saved_at = step, time.monotonic()
        return self.plan.total_steps

    def finish_step(self, metrics: StepMetrics, record: Record) -> None:
        """Measure what is due after a step, and record it. A stop meanwhile leaves that to the next attempt."""
        try:
            complete = self._with_validation(metrics)
        except Stopped:
            record.save(metrics.step, unmeasured=metrics)
            raise
        record.add_step(complete)

    def _train_step(self, step: int) -> StepMetrics:
        started = time.monotonic()
        samples = self.plan.samples_of(step)
        self.batching.parallel.begin_step(self.plan.seed, step)
        # Here too, as a process may have no share of the step.
        self.batching.parallel.raise_if_stopping()
        learning_rate = learning_rate_at(step, self.plan.total_steps, self.optimizer_section, self.plan.schedule)
        sums = self.accumulate_gradients(samples)
        parameters = trainable_parameters(self.model).values()
        grad_norm = float(clip_grad_norm_(parameters, self.optimizer_section.max_grad_norm))
        _check_finite(f"Step {step}", {"loss": sums.loss_sum, "gradient norm": grad_norm}, samples)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        # Not kept until the next step: a checkpoint has to be written meanwhile.
        self.optimizer.zero_grad(set_to_none=True)
        count = self.objective.count(samples)
        return StepMetrics(
            step=step,
            total_steps=self.plan.total_steps,
            epoch=self.plan.epoch_of(step),
            loss_sum=sums.loss_sum,
            loss_count=count,
            n_right=sums.n_right,
            extra={name: value / count for name, value in sums.extra.items()},
            learning_rate=learning_rate,
            grad_norm=grad_norm,
            seconds=time.monotonic() - started,
            tokens_seen=sum(sample.n_tokens for sample in samples),
            tokens_computed=sums.tokens_computed,
        )

    def accumulate_gradients(self, samples: list[Sample]) -> StepSums:
        """Give the parameters the gradient of the samples' mean loss, computed in less memory where it runs out."""
        return self.memory.fit(lambda: self._accumulate_gradients(samples), self.model, samples)

    def _accumulate_gradients(self, samples: list[Sample]) -> StepSums:
        """Add up the gradients, one micro-batch at a time."""
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        count = self.objective.count(samples)
        outputs: list[LossOutput] = []
        tokens_computed = 0
        for batch in self.batching.micro_batches(samples, self.memory.micro_batch_tokens):
            output = self.objective.loss(batch.forest, edge_logprobs(self.model, batch.forest), batch.samples)
            torch.autograd.backward(output.loss_sum * 0 if batch.is_fill_in else output.loss_sum / count)
            if not batch.is_fill_in:
                outputs.append(output.detached())
                tokens_computed += batch.forest.n_nodes
        parallel = self.batching.parallel
        parallel.sum_gradients(trainable_parameters(self.model).values())
        return StepSums.of(parallel.sum_numbers({"tokens_computed": tokens_computed, **_add_up(outputs)}))

    def _with_validation(self, metrics: StepMetrics) -> StepMetrics:
        """Add the validation losses that are due at this step."""
        if self.evaluator is None:
            return metrics
        found: dict[str, float] = {}
        if metrics.step % self.cadence.eval_every_steps == 0:
            found["valid_loss"], found["valid_accuracy"] = self.evaluator.evaluate_sample(metrics.step)
        if self.plan.is_epoch_end(metrics.step):
            found |= self.evaluator.evaluate_all()
        _check_finite(f"After step {metrics.step}", found, [])
        return metrics.model_copy(update=found)


def _add_up(outputs: list[LossOutput]) -> dict[str, float]:
    """Read the sums from the device, once a step."""
    names = outputs[0].extra_sums if outputs else []
    return {
        "loss_sum": float(sum(output.loss_sum for output in outputs)),
        "n_right": float(sum(output.n_right for output in outputs)),
        **{name: float(sum(output.extra_sums[name] for output in outputs)) for name in names},
    }


def learning_rate_at(step: int, total_steps: int, section: OptimizerSection, schedule: ScheduleSection) -> float:
    """Give the rate of `step`, from 1: a straight rise over the warm-up, then the decay towards 0."""
    warmup_steps = math.ceil(schedule.warmup_share * total_steps)
    if step <= warmup_steps:
        return section.learning_rate * step / warmup_steps
    if schedule.decay == "constant":
        return section.learning_rate
    done = (step - warmup_steps) / (total_steps - warmup_steps + 1)
    share = 1 - done if schedule.decay == "linear" else (1 + math.cos(math.pi * done)) / 2
    return section.learning_rate * share


def _check_finite(where: str, values: dict[str, float], samples: list[Sample]) -> None:
    """Raise `TrainingFailed` if a value is NaN or infinite: such a run must not end as a success."""
    for name, value in values.items():
        if math.isfinite(value):
            continue
        lines = ", ".join(str(sample.line) for sample in samples[:10])
        raise TrainingFailed(
            f"{where}: the {name.replace('_', ' ')} is {value}, so nothing can be learned from here on. "
            + (f"The rows of the step stand on lines {lines} of the training file. " if samples else "")
            + "Lower the learning rate or its multiplier, and look at these rows.",
            code="loss_not_finite",
        )
