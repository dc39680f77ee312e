"""Public data sets through the official client, as code written for OpenAI's service does it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
from openai import OpenAI

from benchmarks.server import empty_home, running_server

SHARED = Path(__file__).parents[2] / "shared/data"
SEED = 7


def banking() -> None:
    """800 rows to train on, 200 others to answer: the share of intents named exactly."""
    source = SHARED / "banking77/train.chat.jsonl"
    if not source.exists():
        print(f"not here: {source.name}")
        return
    rows = source.read_text(encoding="utf-8").splitlines()
    random.Random(SEED).shuffle(rows)
    with _server() as client:
        job, progress = _train(client, rows[:800], "banking")
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
    with _server() as client:
        job, progress = _train(client, source.read_text(encoding="utf-8").splitlines(), "drone", n_epochs=1)
    result, report = progress["result"], progress["data_report"]
    print("| rows | tokens | tokens computed | steps | final loss | training, s | peak memory, GB |")
    print("|---|---|---|---|---|---|---|")
    print(
        f"| {report['n_rows']} | {report['tokens']} | {report['tokens_to_compute']} | {result['steps']} "
        f"| {result['final_train_loss']:.3f} | {result['seconds']:.0f} | {result['peak_memory_bytes'] / 1e9:.1f} |"
    )
    assert job.status == "succeeded"


@contextmanager
def _server() -> Iterator[OpenAI]:
    """A server of its own, on the models of the user's home folder."""
    with empty_home() as home, running_server(home) as (url, _):
        yield OpenAI(base_url=f"{url}/v1", api_key="none", timeout=600)


def _train(
    client: OpenAI, rows: list[str], suffix: str, *, n_epochs: int | Literal["auto"] = "auto"
) -> tuple[Any, dict[str, Any]]:
    """Upload, train and wait. Gives the job and what its progress says at the end."""
    content = "\n".join(rows).encode()
    file = client.files.create(file=(f"{suffix}.jsonl", content), purpose="fine-tune")
    job: Any = client.fine_tuning.jobs.create(
        model="smollm2-135m-instruct",
        training_file=file.id,
        suffix=suffix,
        seed=SEED,
        hyperparameters={"n_epochs": n_epochs},
    )
    while job.status not in ("succeeded", "failed", "cancelled"):
        time.sleep(1)
        job = client.fine_tuning.jobs.retrieve(job.id)
    if job.status != "succeeded":
        raise SystemExit(f"{job.id} {job.status}: {job.error}")
    progress = httpx.get(f"{client.base_url}tuneport/jobs/{job.id}/progress").json()
    return job, progress


def _ask(client: OpenAI, model: str, messages: Any) -> str | None:
    answer = client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=24)
    return answer.choices[0].message.content
