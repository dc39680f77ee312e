"""A comparison with another trainer, run by the checkout's own `benchmarks` in a process without this one's limits."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import tuneport
from tuneport.cli.screen import Screen
from tuneport.core import InvalidRequest, NotFound, TrainingFailed

CHECKOUT = Path(tuneport.__file__).parents[2]


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
    _check_installed(comparison.peer, checkout)
    with subprocess.Popen(_command(comparison), cwd=checkout, stdout=subprocess.PIPE, text=True) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            # It ends its own children; killed at once it would leave them running.
            process.terminate()
            raise
    return _read_report(output, process.returncode)


def show_comparison(screen: Screen, report: dict[str, Any]) -> None:
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


def _check_installed(peer: str, checkout: Path) -> None:
    if not (checkout / "benchmarks" / "against_trl").is_dir():
        raise NotFound(
            f"{checkout} has no folder 'benchmarks': the comparisons are part of a checkout of Tuneport, not of the "
            "installed package. Clone the repository and run this command there.",
            code="benchmarks_not_found",
        )
    if find_spec(peer) is None:
        raise NotFound(
            f"The peer {peer!r} is not installed beside Tuneport; only its own trainer can be compared with. "
            "Install it: pip install 'tuneport[bench]'",
            code="peer_not_installed",
            param="against",
        )


def _command(comparison: Comparison) -> list[str]:
    options = {
        "--method": comparison.method,
        "--rows": comparison.n_rows,
        "--batch-size": comparison.batch_size,
        "--model": comparison.model,
        "--memory-limit-gb": comparison.memory_limit_gb,
    }
    named = [text for name, value in options.items() if value is not None for text in (name, str(value))]
    return [sys.executable, "-m", f"benchmarks.against_{comparison.peer}", str(comparison.file), *named]


def _read_report(output: str, status: int) -> dict[str, Any]:
    if not output:
        raise TrainingFailed(
            f"The comparison broke off with status {status}; what it said stands above. "
            "Run it again with fewer rows or a smaller batch.",
            code="comparison_broke_off",
        )
    report: dict[str, Any] = json.loads(output)
    if "error" in report:
        raise InvalidRequest(report["error"]["message"], code=report["error"]["code"], param=report["error"]["param"])
    return report


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
