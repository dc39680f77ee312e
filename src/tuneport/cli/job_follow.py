"""Watches a fine-tuning job to its end: its messages, its cost here, and a progress bar."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.human_numbers import count_text, duration_text, plural, share_text, size_text
from tuneport.cli.screen import Bar, Screen

TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
_LOOK_EVERY_SECONDS = 0.5
_EVENTS_PER_PAGE = 100
_STYLES = {"warn": "yellow", "error": "red"}


def follow_job(
    client: Client, screen: Screen, job_id: str, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Show the job until it has ended; gives its last progress record."""
    seen = _SeenEvents(client, job_id)
    is_cost_shown = False
    with screen.bar("Training") as bar:
        while True:
            progress = client.get(f"tuneport/jobs/{job_id}/progress")
            for event in seen.read_new():
                screen.say(f"  {event['message']}", style=_STYLES.get(event["level"], ""))
            if not is_cost_shown and progress["data_report"] and progress["forecast"]:
                screen.say(cost_text(progress), style="bold")
                screen.say(f"  {price_text(progress['elsewhere'])}")
                _show_rows_changed(screen, progress["data_report"])
                is_cost_shown = True
            _update(bar, progress)
            if progress["status"] in TERMINAL:
                return progress
            sleep(_LOOK_EVERY_SECONDS)


def cost_text(progress: dict[str, Any]) -> str:
    """Say what the job will take on the server's machine: tokens, minutes, memory."""
    report, forecast, n_epochs = progress["data_report"], progress["forecast"], progress["n_epochs"]
    return (
        f"{plural(n_epochs, 'epoch')} of {plural(report['n_rows'], 'row')} are "
        f"{count_text(report['tokens'] * n_epochs)} tokens; {count_text(report['tokens_to_compute'] * n_epochs)} need "
        f"computing, as rows share what they begin with. Expected here: {duration_text(forecast['seconds'])}, "
        f"{size_text(forecast['peak_memory_bytes'])} of memory, {size_text(forecast['checkpoint_bytes'])} of disk."
    )


def price_text(elsewhere: dict[str, Any]) -> str:
    """Say what the job would cost at hosted services."""
    prices = ", ".join(
        f"${price['usd']:,.2f} at {price['provider']} ({price['model']})" for price in elsewhere["prices"]
    )
    return f"The same tokens elsewhere, at prices of {elsewhere['date']}: {prices}."


class _SeenEvents:
    """Gives each message of a job once, oldest first; steps are left to the bar."""

    def __init__(self, client: Client, job_id: str) -> None:
        self._client = client
        self._path = f"fine_tuning/jobs/{job_id}/events"
        self._newest_id: str | None = None

    def read_new(self) -> list[dict[str, Any]]:
        new: list[dict[str, Any]] = []
        page = self._client.get(self._path, limit=_EVENTS_PER_PAGE)
        while True:
            for event in page["data"]:
                if event["id"] == self._newest_id:
                    return self._keep(new)
                new.append(event)
            if not page["has_more"]:
                return self._keep(new)
            page = self._client.get(self._path, limit=_EVENTS_PER_PAGE, after=page["data"][-1]["id"])

    def _keep(self, new: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if new:
            self._newest_id = new[0]["id"]
        return [event for event in reversed(new) if event.get("type") != "metrics"]


def _show_rows_changed(screen: Screen, report: dict[str, Any]) -> None:
    for count, lines, what in (
        (report["n_rows_cut"], report["cut_lines"], "too long for the model and cut at the end"),
        (report["n_rows_without_loss"], report["lines_without_loss"], "left out, as no token of them is trained"),
    ):
        if count:
            shown = ", ".join(map(str, lines[:10])) + (", …" if count > 10 else "")
            screen.say(f"  {plural(count, 'row')} {what}: line {shown}", style="yellow")


def _update(bar: Bar, progress: dict[str, Any]) -> None:
    step, total = progress["step"], progress["total_steps"]
    if progress["status"] == "running" and step and total:
        bar.update(step, total, _step_detail(progress))
    elif progress["queue_position"]:
        bar.update(0, None, f"waiting, {progress['queue_position']} in the queue")
    elif progress["status"] == "succeeded":
        bar.update(1, 1, "done")
    elif progress["status"] == "paused":
        bar.update(0, None, f"paused; `tuneport jobs resume {progress['job_id']}` goes on")
    else:
        bar.update(0, None, progress["status"].replace("_", " "))


def _step_detail(progress: dict[str, Any]) -> str:
    parts = [f"step {progress['step']}/{progress['total_steps']}"]
    if progress["train_loss"] is not None:
        parts.append(f"loss {progress['train_loss']:.3f}")
    if progress["train_accuracy"] is not None:
        counted = "pairs" if progress["method"] == "dpo" else "tokens"
        parts.append(f"{counted} right {share_text(progress['train_accuracy'])}")
    if progress["valid_loss"] is not None:
        parts.append(f"validation loss {progress['valid_loss']:.3f}")
    if progress["tokens_per_second"]:
        parts.append(f"{count_text(round(progress['tokens_per_second']))} tokens/s")
    if progress["seconds_left"]:
        parts.append(f"{duration_text(progress['seconds_left'])} left")
    return ", ".join(parts)
