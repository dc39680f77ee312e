"""Models and jobs as rows of a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tuneport.cli.human_numbers import count_text, size_text


def base_model_row(model: dict[str, Any]) -> tuple[str, ...]:
    on_disk = size_text(model["folder_bytes"] or 0) if model["pulled"] else "not pulled"
    return (model["name"], count_text(model["parameters"]), model["licence"], on_disk)


def tuned_model_row(model: dict[str, Any]) -> tuple[str, ...]:
    return (model["id"], time_text(model["created"]))


def alias_row(model: dict[str, Any]) -> tuple[str, ...]:
    return (model["id"], model["tuneport"]["base_model"])


def job_row(job: dict[str, Any]) -> tuple[str, ...]:
    return (job["id"], job["status"], time_text(job["created_at"]), job["fine_tuned_model"] or "")


DEPLOYMENT_COLUMNS = ("deployment", "model", "kind", "last used", "until")


def deployment_row(deployment: dict[str, Any]) -> tuple[str, ...]:
    until = deployment["expires_at"]
    return (
        deployment["name"],
        deployment["model"],
        deployment["sku"],
        time_text(deployment["last_used_at"]),
        "no end" if until is None else time_text(until),
    )


def time_text(seconds: int) -> str:
    """Give a moment in this machine's time zone: `2026-08-21 14:05`."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
