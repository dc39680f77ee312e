"""The engine beside transformers' `generate`."""

from __future__ import annotations

from typing import Any

from tuneport.cli.checkout_benchmark import run_benchmark
from tuneport.cli.screen import Screen

_KINDS = {
    "single": "One request",
    "concurrent_32": "32 requests at once",
    "concurrent_32_mixed": "32 requests of different length",
}


def run_serve_benchmark(*, model: str | None, rounds: int) -> dict[str, Any]:
    return run_benchmark("serving", [], {"--model": model, "--rounds": rounds})


def show_serve_benchmark(screen: Screen, report: dict[str, Any]) -> None:
    rows = [_kind_row(title, report[kind]) for kind, title in _KINDS.items()]
    screen.table(("tokens per second", "generate", "Tuneport", "times as fast"), rows)
    adapters, shared, memory = report["adapters_16"], report["shared_prompt"], report["memory"]
    screen.say()
    screen.say(
        f"{adapters['adapters']} adapters in one batch: {adapters['speed_of_the_base_alone']:.0%} of the base model's "
        "speed."
    )
    screen.say(
        f"First token after a prompt of {shared['tokens']:,} tokens: {shared['first_seconds']:.2f} s; when another one "
        f"began alike, {shared['second_seconds']:.3f} s, {shared['times_as_fast']:.1f} times as fast."
    )
    screen.say(
        f"This machine reads {memory['read_gigabytes_per_second']:.1f} GB/s, which allows "
        f"{memory['allows_single_tokens_per_second']:.0f} tokens per second to one answer."
    )


def _kind_row(title: str, kind: dict[str, Any]) -> tuple[str, str, str, str]:
    return (
        title,
        f"{kind['generate_tokens_per_second']:.0f}",
        f"{kind['ours_tokens_per_second']:.0f}",
        f"{kind['times_as_fast']:.2f}",
    )
