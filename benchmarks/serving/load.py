"""`python -m benchmarks load`: how long those who ask a whole server wait, by how many ask at once.

`python -m benchmarks.serving.load [--seconds N]`: so long for each line of the table.
"""

from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from openai import OpenAI

from benchmarks.hosted_job import train_rows
from benchmarks.server import empty_home, running_server
from benchmarks.serving.model_copies import copy_models
from benchmarks.serving.soak_models import signed_rows
from benchmarks.serving.soak_questions import QUESTIONS, SYSTEM_PROMPTS
from benchmarks.serving.table import DEFAULT_MODEL

N_ADAPTERS = 16
CLIENTS = (1, 4, 16)
ANSWER_TOKENS = 64
WARM_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    first_seconds: float
    """Until the first piece of text."""
    seconds: float
    n_tokens: int


def main(seconds: float = 60.0) -> None:
    with empty_home() as home:
        with running_server(home) as (url, _):
            client = OpenAI(base_url=f"{url}/v1", api_key="none", timeout=600)
            train_rows(client, signed_rows("Zorvex")[:20], "load", n_epochs=1, batch_size=5)
        copy_models(home, N_ADAPTERS - 1)
        with running_server(home) as (url, _):
            client = OpenAI(base_url=f"{url}/v1", api_key="none", timeout=600)
            tuned = [model.id for model in client.models.list() if model.id.startswith("ft:")]
            print(f"Streamed answers of {ANSWER_TOKENS} tokens or fewer, {seconds:g} s for each line\n")
            print("| models | clients | answers | tokens a second | first text, s: p50 | p95 | whole, s: p50 | p95 |")
            print("|---|---|---|---|---|---|---|---|")
            for title, models in (("base", [DEFAULT_MODEL]), (f"{len(tuned)} tuned ones", tuned)):
                _ask_all(client, models, max(CLIENTS), WARM_SECONDS)
                for n_clients in CLIENTS:
                    answers = _ask_all(client, models, n_clients, seconds)
                    print(_line(title, n_clients, answers, seconds), flush=True)


def _ask_all(client: OpenAI, models: list[str], n_clients: int, seconds: float) -> list[Answer]:
    """Let so many ask, each one question after the other, and give what ended in time."""
    ends_at = time.monotonic() + seconds
    ask = partial(_ask_until, client, models, ends_at)
    with ThreadPoolExecutor(n_clients) as pool:
        return [answer for answers in pool.map(ask, range(n_clients)) for answer in answers]


def _ask_until(client: OpenAI, models: list[str], ends_at: float, number: int) -> list[Answer]:
    draw, answers = random.Random(number), []
    while time.monotonic() < ends_at:
        answer = _ask(client, draw.choice(models), draw)
        if time.monotonic() < ends_at:
            answers.append(answer)
    return answers


def _ask(client: OpenAI, model: str, draw: random.Random) -> Answer:
    question: Any = {
        "model": model,
        "messages": [
            {"role": "system", "content": draw.choice(SYSTEM_PROMPTS)},
            {"role": "user", "content": draw.choice(list(QUESTIONS))},
        ],
        "max_completion_tokens": ANSWER_TOKENS,
        "seed": draw.randrange(2**31),
        "stream_options": {"include_usage": True},
    }
    begins_at = time.monotonic()
    first, n_tokens = None, 0
    for chunk in client.chat.completions.create(**question, stream=True):
        if first is None and chunk.choices and chunk.choices[0].delta.content:
            first = time.monotonic() - begins_at
        if chunk.usage is not None:
            n_tokens = chunk.usage.completion_tokens
    seconds = time.monotonic() - begins_at
    return Answer(seconds if first is None else first, seconds, n_tokens)


def _line(title: str, n_clients: int, answers: list[Answer], seconds: float) -> str:
    first = np.percentile([answer.first_seconds for answer in answers], (50, 95))
    whole = np.percentile([answer.seconds for answer in answers], (50, 95))
    speed = sum(answer.n_tokens for answer in answers) / seconds
    times = " | ".join(f"{each:.2f}" for each in (*first, *whole))
    return f"| {title} | {n_clients} | {len(answers)} | {speed:.0f} | {times} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    main(parser.parse_args().seconds)
