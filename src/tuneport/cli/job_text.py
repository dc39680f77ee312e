"""A job in a few lines."""

from __future__ import annotations

from typing import Any

from tuneport.cli.model_table import time_text


def job_text(job: dict[str, Any], progress: dict[str, Any]) -> str:
    """Give what a person asks of a job: where it stands, on what, with which values, and what came of it."""
    step = f"{progress['step']} of {progress['total_steps']}" if progress["step"] else None
    facts = {
        "status": job["status"],
        "created": time_text(job["created_at"]),
        "base model": job["model"],
        "goes on from": " → ".join((job.get("tuneport") or {}).get("lineage") or ()) or None,
        "training file": job["training_file"],
        "validation file": job["validation_file"],
        "method": (job.get("method") or {}).get("type"),
        "trains": _trains_text(job.get("tuneport")),
        "hyperparameters": _values_text(_hyperparameters(job)),
        "seed": job["seed"],
        "place in the queue": progress["queue_position"],
        "step": step,
        "training loss": progress["train_loss"],
        "validation loss": progress["valid_loss"],
        "trained tokens": job["trained_tokens"],
        "tuned model": job["fine_tuned_model"],
        "error": (job.get("error") or {}).get("message"),
    }
    lines = [f"  {name:<20}{value}" for name, value in facts.items() if value is not None]
    return "\n".join([job["id"], *lines])


def _trains_text(facts: dict[str, Any] | None) -> str | None:
    """Say what is trained of the model; `None` for a job of a server that does not tell."""
    if facts is None or facts.get("adapter") is None:
        return None
    adapter = facts["adapter"]
    parts = ["all weights" if adapter["kind"] == "full" else f"{adapter['kind']} of rank {adapter['rank']}"]
    if adapter["is_rank_stabilized"]:
        parts.append("rank-stabilized")
    if facts["quantization"] != "none":
        parts.append(f"base in {facts['quantization']}")
    if adapter["new_tokens"]:
        parts.append(f"new tokens {' '.join(adapter['new_tokens'])}")
    return ", ".join(parts)


def _hyperparameters(job: dict[str, Any]) -> dict[str, Any] | None:
    """Give those of the job's method, which may have more than OpenAI's older field; a server may lack either."""
    method = job.get("method") or {}
    section = method.get(method.get("type")) or {}
    values: dict[str, Any] | None = section.get("hyperparameters") or job["hyperparameters"]
    return values


def _values_text(values: dict[str, Any] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in (values or {}).items())
