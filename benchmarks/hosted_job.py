"""A job from upload to end, through the official client, on a server of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import httpx
from openai import OpenAI

from benchmarks.server import empty_home, running_server

SEED = 7


@contextmanager
def client_of_own_server() -> Iterator[OpenAI]:
    """A server of its own, on the models of the user's home folder."""
    with empty_home() as home, running_server(home) as (url, _):
        yield OpenAI(base_url=f"{url}/v1", api_key="none", timeout=600)


def train_rows(
    client: OpenAI,
    rows: list[str],
    suffix: str,
    *,
    n_epochs: int | Literal["auto"] = "auto",
    batch_size: int | Literal["auto"] = "auto",
    learning_rate_multiplier: float | Literal["auto"] = "auto",
    method: str = "supervised",
    rank: int = 16,
) -> tuple[Any, dict[str, Any]]:
    """Upload, train and wait. Gives the job and what its progress says at the end."""
    hyperparameters = {
        "n_epochs": n_epochs,
        "batch_size": batch_size,
        "learning_rate_multiplier": learning_rate_multiplier,
    }
    with_hyperparameters: Any = {"type": method, method: {"hyperparameters": hyperparameters}}
    content = "\n".join(rows).encode()
    file = client.files.create(file=(f"{suffix}.jsonl", content), purpose="fine-tune")
    job: Any = client.fine_tuning.jobs.create(
        model="smollm2-135m-instruct",
        training_file=file.id,
        suffix=suffix,
        seed=SEED,
        method=with_hyperparameters,
        extra_body={"tuneport": {"adapter": {"rank": rank}}},
    )
    while job.status not in ("succeeded", "failed", "cancelled"):
        time.sleep(1)
        job = client.fine_tuning.jobs.retrieve(job.id)
    if job.status != "succeeded":
        raise SystemExit(f"{job.id} {job.status}: {job.error}")
    progress = httpx.get(f"{client.base_url}tuneport/jobs/{job.id}/progress").json()
    return job, progress
