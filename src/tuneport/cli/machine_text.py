"""A machine in a few lines, and what fits on it."""

from __future__ import annotations

from typing import Any

from tuneport.cli.human_numbers import plural, size_text


def facts_text(machine: dict[str, Any]) -> str:
    """Give system, processor, memory, disk, GPUs and versions, one a line."""
    gpus = [f"{gpu['name']}, {size_text(gpu['memory_bytes'])}" for gpu in machine["gpus"]]
    facts = {
        "system": machine["system"],
        "processor": f"{machine['processor']}, {plural(machine['cores'], 'core')}",
        "memory": f"{size_text(machine['memory_bytes'])}, {size_text(machine['free_memory_bytes'])} free",
        "free disk": size_text(machine["free_disk_bytes"]),
        "GPU": "; ".join(gpus) or "none",
        "versions": ", ".join(f"{name} {version}" for name, version in machine["versions"].items() if version),
    }
    return "\n".join(f"{name:<11}{value}" for name, value in facts.items())


def fit_rows(machine: dict[str, Any]) -> list[tuple[str, ...]]:
    """Give one table row for each base model and training method."""
    return [
        (
            model["name"],
            "yes" if model["pulled"] else "no",
            method,
            size_text(need["needs_bytes"]) if need["needs_bytes"] else "unknown",
            "yes" if need["fits"] else "no",
        )
        for model in machine["models"]
        for method, need in model["method"].items()
    ]
