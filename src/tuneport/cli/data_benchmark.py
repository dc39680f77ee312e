"""The data desk beside its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.checkout_benchmark import run_benchmark
from tuneport.cli.screen import Screen


def run_data_benchmark(file: Path, *, n_rows: int, gigabytes: float, model: str | None) -> dict[str, Any]:
    """Give the report. `file`: absolute; the process runs in the checkout."""
    return run_benchmark("data_desk", [str(file)], {"--rows": n_rows, "--gigabytes": gigabytes, "--model": model})


def show_data_benchmark(screen: Screen, report: dict[str, Any]) -> None:
    """Say the ratios of `tuneport bench data`, a line for each part."""
    check, tokens, near, large = (report[part] for part in ("check", "tokens", "near_rows", "large_file"))
    screen.say(f"{report['file']}: {check['rows']:,} rows made out of its own, {check['megabytes']:.0f} MB")
    screen.say(
        f"Check: {check['check_seconds']:.2f} s, {check['speed_over_orjson']:.2f} times the speed of orjson alone, "
        f"{check['speed_over_cookbook']:.1f} times that of the cookbook's method."
    )
    screen.say(
        f"Statistics: {tokens['seconds']:.1f} s, {tokens['time_over_tokenizer']:.2f} times the time of the tokenizer "
        f"alone; {tokens['speed_over_cookbook']:.1f} times the speed of the cookbook's method."
    )
    screen.say(
        f"Quality: {near['seconds']:.0f} s, {near['cores_used']:.1f} cores, {near['peak_megabytes']:.0f} MB at most."
    )
    screen.say(
        f"Check of {large['gigabytes']:.1f} GB: {large['seconds']:.1f} s, {large['cores_used']:.1f} cores, "
        f"{large['peak_megabytes']:.0f} MB at most."
    )
