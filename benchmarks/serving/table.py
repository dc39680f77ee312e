"""`python -m benchmarks serve`: the comparison as a table."""

from __future__ import annotations

from typing import Any

from benchmarks.json_report import Say, say
from tuneport.core import ENGINE_SPINS, spin_while_waiting

DEFAULT_MODEL = "smollm2-135m-instruct"


def main() -> None:
    print_table(compare(say))


def compare(say: Say, *, base_model: str = DEFAULT_MODEL, rounds: int = 5) -> dict[str, Any]:
    """Do what `compare_with_generate` does, in a process that has not imported torch yet."""
    # As an engine waits; both sides are in this process.
    spin_while_waiting(ENGINE_SPINS)
    from benchmarks.serving.compare import compare_with_generate

    return compare_with_generate(say, base_model=base_model, rounds=rounds)


def print_table(report: dict[str, Any]) -> None:
    print("| requests | generate, tokens per second | ours | times as fast | equal greedy answers |")
    print("|---|---|---|---|---|")
    for name in ("single", "concurrent_32", "concurrent_32_mixed"):
        kind = report[name]
        print(
            f"| {name} | {kind['generate_tokens_per_second']:.0f} | {kind['ours_tokens_per_second']:.0f} "
            f"| {kind['times_as_fast']:.2f} | {kind['equal_answers']} of {kind['requests']} |"
        )
    adapters, shared, memory = report["adapters_16"], report["shared_prompt"], report["memory"]
    print(f"\n16 adapters in one batch: {adapters['speed_of_the_base_alone']:.2f} of the base model's speed")
    print(
        f"A prompt of 1,500 shared tokens: {shared['first_seconds']:.2f} s, then {shared['second_seconds']:.3f} s: "
        f"{shared['times_as_fast']:.1f} times as fast"
    )
    print(
        f"Memory reads {memory['read_gigabytes_per_second']:.1f} GB/s: {memory['weights_megabytes']:.0f} MB of weights "
        f"allow {memory['allows_single_tokens_per_second']:.0f} tokens per second"
    )
