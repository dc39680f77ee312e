"""What a run has come to: its result, and a word on an early end."""

from __future__ import annotations

from tuneport.config import ForecastError, RunFolder, RunResult, StepMetrics
from tuneport.train.forecast import peak_memory_bytes
from tuneport.train.record import Record


def write_result(folder: RunFolder, record: Record, last_step: int, seconds: float) -> None:
    """Write `result.json`, which makes the run complete."""
    step = record.choose_step(last_step)
    (at_step,) = [metrics for metrics in folder.read_metrics()[0] if metrics.step == step][-1:]
    if last_step < record.plan.total_steps or step != last_step:
        record.journal.note_once(_early_end(record, last_step, at_step))
    peak = peak_memory_bytes()
    error = None if last_step < record.plan.total_steps else _forecast_error(folder, seconds, peak)
    if error is not None:
        record.journal.event("noted", _against_forecast(error, seconds, peak))
    folder.write_result(
        RunResult(
            checkpoint=str(folder.checkpoint_dir(step).relative_to(folder.path)),
            checkpoint_step=None if step == last_step else step,
            steps=last_step,
            trained_tokens=record.trained_tokens,
            seconds=seconds,
            peak_memory_bytes=peak,
            forecast_error=error,
            final_train_loss=at_step.train_loss,
            final_valid_loss=at_step.full_valid_loss,
        )
    )
    record.journal.event("finished", f"Finished after {last_step} steps", step=last_step)


def _forecast_error(folder: RunFolder, seconds: float, peak_memory: int) -> ForecastError | None:
    """Give how far off the forecast was; `None` where the run took several attempts, or fewer steps than foreseen."""
    forecast = folder.read_forecast()
    started = [event for event in folder.read_events()[0] if event.kind == "started"]
    if forecast is None or len(started) > 1:
        return None
    return ForecastError(
        seconds=seconds / forecast.seconds - 1, peak_memory_bytes=peak_memory / forecast.peak_memory_bytes - 1
    )


def _against_forecast(error: ForecastError, seconds: float, peak_memory: int) -> str:
    return (
        f"Took {seconds:.0f} s, {_off(error.seconds)} the forecast, and {peak_memory / 1e9:.1f} GB of memory, "
        f"{_off(error.peak_memory_bytes)} the forecast"
    )


def _off(error: float) -> str:
    return f"{abs(error):.0%} {'above' if error >= 0 else 'below'}"


def _early_end(record: Record, last_step: int, at_step: StepMetrics) -> str:
    """Say when and why a run ended early, and which epoch its model is of."""
    n_epochs, last_epoch = record.plan.schedule.n_epochs, record.plan.epoch_of(last_step)
    ended = (
        f"Stopped early after epoch {last_epoch} of {n_epochs}" if last_epoch < n_epochs else "All epochs are trained"
    )
    return (
        f"{ended}: full validation loss has not improved for {record.history.worse_epochs()} epoch(s). The model is "
        f"that of epoch {at_step.epoch}, step {at_step.step}, with a validation loss of {at_step.full_valid_loss:.3f}."
    )
