"""`python -m benchmarks soak`: sixteen clients, many adapters, and an engine that is killed twice.

`python -m benchmarks.serving.soak [--minutes N] [--home FOLDER]`: another length; what was tuned stays in FOLDER.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import openai
import psutil

from benchmarks.json_report import say
from benchmarks.server import empty_home, give_models, running_server
from benchmarks.serving.soak_clients import Client
from benchmarks.serving.soak_models import Signer, signing_models
from benchmarks.serving.soak_outcomes import Outcome, Summary, sum_up
from benchmarks.serving.soak_processes import Growth, Watched, growth_of, watch
from benchmarks.serving.table import DEFAULT_MODEL

N_CLIENTS = 16
MOST_QUEUED = 24
"""Few more than clients, so that one who asks for several answers at once finds the queue full."""
KILLS = (0.2, 0.4)
"""Shares of the time after which the engine is killed."""
MOST_GROWTH = 0.05


def main(minutes: float = 20.0, home: Path | None = None) -> None:
    """Run the soak and print it as a table. Ends with exit status 1 where something is as it must not be."""
    with empty_home() if home is None else nullcontext(_kept_home(home)) as folder:
        (folder / "settings.toml").write_text(f"engine_max_queued = {MOST_QUEUED}\n", encoding="utf-8")
        say("tuning models that sign")
        signers = [Signer(DEFAULT_MODEL, None), *signing_models(folder)]
        with running_server(folder) as (url, server):
            outcomes, watched = _soak(url, server, signers, minutes * 60)
    summary = sum_up(outcomes, watched.kills)
    growths = {"server": growth_of(watched.server), **_growths_of_engines(watched)}
    _print_table(summary, growths, n_models=len(signers), minutes=minutes)
    problems = [*summary.problems(), *_leaks(growths)]
    if len(watched.kills) < len(KILLS):
        problems.append(f"the engine was killed {len(watched.kills)} times only")
    for problem in problems:
        print(f"Must not be: {problem}.", file=sys.stderr)
    if problems:
        raise SystemExit(1)


def _kept_home(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists():
        give_models(home)
    return home


def _soak(url: str, server: psutil.Process, signers: list[Signer], seconds: float) -> tuple[list[Outcome], Watched]:
    outcomes: list[Outcome] = []
    # No retries: what a client would paper over is what is looked for.
    api = openai.OpenAI(base_url=f"{url}/v1", api_key="none", timeout=300, max_retries=0)
    begins_at = time.monotonic()
    ends_at = begins_at + seconds
    with ThreadPoolExecutor(N_CLIENTS) as pool:
        clients = [Client(api, signers, random.Random(number)) for number in range(N_CLIENTS)]
        asking = [pool.submit(client.ask_until, ends_at, outcomes.append) for client in clients]
        watched = watch(server, ends_at, [begins_at + share * seconds for share in KILLS])
    for each in asking:
        each.result()
    return outcomes, watched


def _growths_of_engines(watched: Watched) -> dict[str, Growth | None]:
    return {f"engine {number}": growth_of(samples) for number, samples in enumerate(watched.engines.values(), 1)}


def _leaks(growths: dict[str, Growth | None]) -> list[str]:
    return [
        f"the memory of {name} grew by {growth.share:.1%}"
        for name, growth in growths.items()
        if growth is not None and growth.share > MOST_GROWTH
    ]


def _print_table(summary: Summary, growths: dict[str, Growth | None], *, n_models: int, minutes: float) -> None:
    print(f"{minutes:g} minutes, {N_CLIENTS} clients, {n_models} models\n")
    print("| what | count |\n|---|---|")
    print(f"| answers | {summary.answers} |")
    print(f"| of them with the word of another model | {summary.wrong_adapter} |")
    print(f"| of them not signed | {summary.unsigned} |")
    print(f"| streams left in mid-answer | {summary.cancelled} |")
    print(f"| bad requests, each refused as it must be | {summary.refused} |")
    print(f"| lost to the {len(KILLS)} kills, with the documented error | {summary.lost_to_kills} |")
    print(f"| refused by a full queue, with `retry-after` | {summary.full} |")
    print(f"| failed in another way | {summary.unasked.total()} |")
    print("\n| memory, MB | after five minutes | at the end | growth |\n|---|---|---|---|")
    for name, growth in growths.items():
        if growth is not None:
            print(f"| {name} | {growth.settled / 1e6:.0f} | {growth.end / 1e6:.0f} | {growth.share:+.1%} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    main(asked.minutes, asked.home)
