"""Public data sets through the official client, as code written for OpenAI's service does it."""

from __future__ import annotations

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from openai import OpenAI

from benchmarks.hosted_job import SEED, client_of_own_server, train_rows

SHARED = Path(__file__).parents[2] / "shared/data"


def banking() -> None:
    """800 rows to train on, 200 others to answer: the share of intents named exactly."""
    source = SHARED / "banking77/train.chat.jsonl"
    if not source.exists():
        print(f"not here: {source.name}")
        return
    rows = source.read_text(encoding="utf-8").splitlines()
    random.Random(SEED).shuffle(rows)
    with client_of_own_server() as client:
        job, progress = train_rows(client, rows[:800], "banking")
        expected = [json.loads(row)["messages"] for row in rows[800:1000]]
        started = time.perf_counter()
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda messages: _ask(client, job.fine_tuned_model, messages[:-1]), expected))
        seconds = time.perf_counter() - started
    n_right = sum(answer == messages[-1]["content"] for answer, messages in zip(answers, expected, strict=True))
    result = progress["result"]
    print("| rows | exact match on 200 others | training, s | forecast, s | peak memory, GB | answers per second |")
    print("|---|---|---|---|---|---|")
    print(
        f"| 800 | {n_right / 200:.1%} | {result['seconds']:.0f} | {progress['forecast']['seconds']:.0f} "
        f"| {result['peak_memory_bytes'] / 1e9:.1f} | {200 / seconds:.1f} |"
    )


def drone() -> None:
    """The cookbook's tool-call rows, with their tools as they are, one epoch: does it fit, and does it learn?"""
    source = SHARED / "openai_cookbook/drone_training.jsonl"
    if not source.exists():
        print(f"not here: {source.name}")
        return
    with client_of_own_server() as client:
        job, progress = train_rows(client, source.read_text(encoding="utf-8").splitlines(), "drone", n_epochs=1)
    result, report = progress["result"], progress["data_report"]
    print("| rows | tokens | tokens computed | steps | final loss | training, s | peak memory, GB |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {report['n_rows']} | {report['tokens']} | {report['tokens_to_compute']} | {result['steps']} "
        f"| {result['final_train_loss']:.3f} | {result['seconds']:.0f} | {result['peak_memory_bytes'] / 1e9:.1f} |"
    )
    assert job.status == "succeeded"


def _ask(client: OpenAI, model: str, messages: Any) -> str | None:
    answer = client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=24)
    return answer.choices[0].message.content
