"""The result file of a run: OpenAI's CSV, one line a step."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from tuneport.config import RunFolder, StepMetrics

RESULT_FILENAME = "step_metrics.csv"
RESULT_PURPOSE = "fine-tune-results"
HEADER = ("step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy")


def result_csv(steps: Sequence[StepMetrics]) -> bytes:
    """Give the file's bytes; a cell is empty where nothing was measured."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for metrics in steps:
        measured = (metrics.train_loss, metrics.train_accuracy, metrics.valid_loss, metrics.valid_accuracy)
        writer.writerow([metrics.step, *(_cell(value) for value in measured)])
    return text.getvalue().encode()


def last_of_each_step(run: RunFolder) -> tuple[StepMetrics, ...]:
    """Give the steps of a run in order; of one that a resumed run repeated, the last."""
    steps, _ = run.read_metrics()
    by_step = {metrics.step: metrics for metrics in steps}
    return tuple(by_step[step] for step in sorted(by_step))


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"
