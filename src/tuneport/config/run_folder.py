"""The run folder: the contract between a training run and everything else.

runs/<job id>/
  spec.json            the resolved RunSpec
  data_report.json     rows kept, cut and refused, by line number
  memory_plan.json     how much is computed at once
  forecast.json        what the run will take
  metrics.jsonl        one `StepMetrics` a line
  events.jsonl         one `RunEvent` a line
  attempts/1/log.txt   a resume never overwrites an earlier attempt
  checkpoints/000200/  manifest.json · adapter_model.safetensors · adapter_config.json · training state
  result.json          a `RunResult`, written last; its existence means the run is complete
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuneport.config.run_spec import RunSpec
from tuneport.core import read_json_lines, write_atomic

KEPT_FILE = "kept"
"""An empty file in the folder of a checkpoint that a run must not prune."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StepMetrics(_Record):
    """One optimizer step. What is counted depends on the method: loss tokens by their weights, or preference pairs.

    Losses are nats per counted thing; accuracies are shares of them that the model has right.
    """

    step: int
    total_steps: int
    epoch: int
    loss_sum: float
    loss_count: float
    n_right: float
    extra: dict[str, float] = {}
    """Further means of the step, such as the reward margin of preference pairs."""
    learning_rate: float
    grad_norm: float
    seconds: float
    tokens_seen: int
    """Tokens of the step's rows, as if each were computed alone."""
    tokens_computed: int
    """Distinct tokens that were computed: shared prefixes count once."""
    valid_loss: float | None = None
    valid_accuracy: float | None = None
    full_valid_loss: float | None = None
    full_valid_accuracy: float | None = None
    n_unseen: int | None = None
    """Of a preference run's validation pairs, those with a prompt that no training pair has; after each epoch."""
    n_unseen_right: float | None = None

    @property
    def train_loss(self) -> float:
        return self.loss_sum / self.loss_count

    @property
    def train_accuracy(self) -> float:
        return self.n_right / self.loss_count


RunEventKind = Literal["started", "checkpoint_saved", "noted", "warned", "failed", "finished"]
"""What is noted or warned of is for the user to read; the others are for the server."""


class RunEvent(_Record):
    kind: RunEventKind
    at: float
    """Seconds since 1970."""
    message: str
    code: str | None = None
    """Error code of `failed`."""
    param: str | None = None
    """What is at fault in `failed`, such as `training_file`; `None` if it is no field of the job."""
    step: int | None = None
    """Step of `checkpoint_saved`."""
    data: dict[str, int] | None = None
    """The numbers of what is noted, for programs."""


class DataReport(_Record):
    n_rows: int
    n_rows_cut: int
    cut_lines: list[int]
    """Lines (from 1) of rows longer than the model's limit, cut at their end; the first 1,000."""
    n_rows_without_loss: int
    lines_without_loss: list[int]
    """Lines (from 1) of rows in which no token is trained, left out; the first 1,000."""
    n_rows_repeated: int = 0
    """Rows whose tokens and weights are those of an earlier row."""
    tokens: int
    loss_tokens: int
    """Tokens that carry loss, one epoch."""
    tokens_to_compute: int
    """Distinct tokens per epoch after sharing prefixes, in the first epoch's order."""


class MemoryPlan(_Record):
    """How much is computed at once. Kept, because sums in another order are other numbers: a resumed run needs it."""

    micro_batch_tokens: int
    recompute_activations: bool


class Forecast(_Record):
    """What the run will take, measured by a short probe on its own rows."""

    seconds: float
    peak_memory_bytes: int
    checkpoint_bytes: int
    """The most disk that the run's checkpoints take at once."""


class ForecastError(_Record):
    """How far the forecast was off: measured over forecast, less 1. 0.2 is 20 % more than was said."""

    seconds: float
    peak_memory_bytes: float


class RunResult(_Record):
    checkpoint: str
    """Folder of the final adapter, relative to the run folder."""
    checkpoint_step: int | None = None
    """Step of that adapter where it is not the last one: with early stopping, that of the best epoch."""
    steps: int
    trained_tokens: int
    """Tokens of all rows over all epochs, as OpenAI bills them."""
    seconds: float
    """Of the last attempt."""
    peak_memory_bytes: int
    forecast_error: ForecastError | None = None
    """`None` where the run took more than one attempt: the time of one says little."""
    final_train_loss: float
    """Of the step of the adapter, as is the validation loss."""
    final_valid_loss: float | None = None


class RunFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.spec_file = path / "spec.json"
        self.data_report_file = path / "data_report.json"
        self.memory_plan_file = path / "memory_plan.json"
        self.forecast_file = path / "forecast.json"
        self.metrics_file = path / "metrics.jsonl"
        self.events_file = path / "events.jsonl"
        self.checkpoints = path / "checkpoints"
        self.result_file = path / "result.json"

    def checkpoint_dir(self, step: int) -> Path:
        return self.checkpoints / f"{step:06d}"

    def keep_checkpoint(self, step: int) -> None:
        """Keep the run from pruning the checkpoint: a model stands for it."""
        (self.checkpoint_dir(step) / KEPT_FILE).touch()

    def attempt_dir(self, attempt: int) -> Path:
        return self.path / "attempts" / str(attempt)

    def reference_file(self, part: Literal["training", "validation"]) -> Path:
        """What the model said of the rows before training, for methods that compare with it."""
        return self.path / f"reference_{part}.json"

    def count_references(self, part: Literal["training", "validation"]) -> int:
        """Give how many rows were compared with the model before training; 0 for methods that do not."""
        file = self.reference_file(part)
        return len(json.loads(file.read_bytes())) if file.exists() else 0

    def write_spec(self, spec: RunSpec) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        write_atomic(self.spec_file, spec.model_dump_json(indent=2).encode())

    def read_spec(self) -> RunSpec:
        return RunSpec.model_validate_json(self.spec_file.read_bytes())

    def write_data_report(self, report: DataReport) -> None:
        write_atomic(self.data_report_file, report.model_dump_json(indent=2).encode())

    def read_data_report(self) -> DataReport | None:
        if not self.data_report_file.exists():
            return None
        return DataReport.model_validate_json(self.data_report_file.read_bytes())

    def write_memory_plan(self, plan: MemoryPlan) -> None:
        write_atomic(self.memory_plan_file, plan.model_dump_json(indent=2).encode())

    def read_memory_plan(self) -> MemoryPlan | None:
        if not self.memory_plan_file.exists():
            return None
        return MemoryPlan.model_validate_json(self.memory_plan_file.read_bytes())

    def write_forecast(self, forecast: Forecast) -> None:
        write_atomic(self.forecast_file, forecast.model_dump_json(indent=2).encode())

    def read_forecast(self) -> Forecast | None:
        if not self.forecast_file.exists():
            return None
        return Forecast.model_validate_json(self.forecast_file.read_bytes())

    def write_result(self, result: RunResult) -> None:
        write_atomic(self.result_file, result.model_dump_json(indent=2).encode())

    def read_result(self) -> RunResult | None:
        """Give the result, `None` while the run is not complete."""
        if not self.result_file.exists():
            return None
        return RunResult.model_validate_json(self.result_file.read_bytes())

    def read_metrics(self, *, offset: int = 0) -> tuple[list[StepMetrics], int]:
        """Give the steps written after byte `offset`, and the offset to go on from.

        A resumed run goes back to its checkpoint and writes the steps after it again: of two lines for one step,
        the later counts.
        """
        records, end = read_json_lines(self.metrics_file, offset=offset)
        return [StepMetrics.model_validate(record) for record in records], end

    def read_events(self, *, offset: int = 0) -> tuple[list[RunEvent], int]:
        records, end = read_json_lines(self.events_file, offset=offset)
        return [RunEvent.model_validate(record) for record in records], end
