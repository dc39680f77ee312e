"""A comparison with another trainer."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from tuneport.cli.checkout_benchmark import CHECKOUT, require_benchmark, run_benchmark
from tuneport.cli.screen import Screen
from tuneport.core import NotFound


@dataclass(frozen=True)
class Comparison:
    file: Path
    """Absolute: the process runs in the checkout."""
    peer: Literal["trl"]
    method: Literal["supervised", "dpo"]
    n_rows: int
    batch_size: int
    model: str | None
    """`None` takes the default base model."""
    memory_limit_gb: float | None


def run_comparison(comparison: Comparison, *, checkout: Path = CHECKOUT) -> dict[str, Any]:
    """Give the report; progress goes to standard error. Raises `NotFound` where the peer or the checkout is missing."""
    require_benchmark("against_trl", checkout)
    _check_installed(comparison.peer)
    options = {
        "--method": comparison.method,
        "--rows": comparison.n_rows,
        "--batch-size": comparison.batch_size,
        "--model": comparison.model,
        "--memory-limit-gb": comparison.memory_limit_gb,
    }
    return run_benchmark(f"against_{comparison.peer}", [str(comparison.file)], options, checkout=checkout)


def show_comparison(screen: Screen, report: dict[str, Any]) -> None:
    """Say how fast, exact and large the run was beside TRL's."""
    screen.say(f"{report['file']}, {report['method']}: {report['rows']} rows, batch {report['batch_size']}")
    if report["theirs_out_of_memory_at"]:
        sizes = ", ".join(map(str, report["theirs_out_of_memory_at"]))
        screen.say(f"TRL ran out of memory with {sizes} rows at once.")
    if report["speedup"] is None:
        screen.say(f"Ours took {report['ours']['seconds']:.1f} s; TRL could not be run in the memory that is allowed.")
        return
    screen.table(("", "TRL", "Tuneport"), _side_rows(report))
    screen.say()
    screen.say(f"{report['speedup']:.2f} times as fast, with {report['peak_memory_ratio']:.2f} times the memory.")
    screen.say(
        f"First gradient off by {report['gradient_relative_error']:.1e} ({report['gradient_peer']}), "
        f"losses by at most {report['loss_difference']:.1e}, the last by {report['final_loss_difference']:.1e}."
    )


def _check_installed(peer: str) -> None:
    if find_spec(peer) is None:
        raise NotFound(
            f"The peer {peer!r} is not installed beside Tuneport; only its own trainer can be compared with. "
            "Install it: pip install 'tuneport[bench]'",
            code="peer_not_installed",
            param="against",
        )


def _side_rows(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    ours, theirs = report["ours"], report["theirs"]
    return [
        ("seconds", f"{theirs['seconds']:.1f}", f"{ours['seconds']:.1f}"),
        ("peak memory, GB", f"{theirs['peak_memory_bytes'] / 1e9:.1f}", f"{ours['peak_memory_bytes'] / 1e9:.1f}"),
        ("tokens computed", f"{report['tokens_padded']}", f"{report['tokens_computed']}"),
        ("tokens in rows", f"{report['tokens_in_rows']}", f"{report['tokens_in_rows']}"),
        ("first loss", f"{theirs['losses'][0]:.4f}", f"{ours['losses'][0]:.4f}"),
        ("last loss", f"{theirs['losses'][-1]:.4f}", f"{ours['losses'][-1]:.4f}"),
    ]
