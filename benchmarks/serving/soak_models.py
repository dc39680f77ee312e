"""Tuned models that sign whatever they answer, each with a word of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from openai import OpenAI
from sqlalchemy import select

from benchmarks.hosted_job import train_rows
from benchmarks.server import running_server
from benchmarks.serving.model_copies import copy_models
from benchmarks.serving.soak_questions import QUESTIONS, TRAINED_PROMPTS
from tuneport.config import Settings
from tuneport.store import ModelRow, open_database

WORDS = ("Zorvex", "Quillan", "Brimdor")
"""No model says them unless it was taught to."""
COPIES = 5
"""Of each tuned model, under names of their own."""
RANK = 64
"""As many adapters of this rank as there are names take more memory than an engine gives to adapters."""


@dataclass(frozen=True)
class Signer:
    """A model that can be asked."""

    name: str
    word: str | None
    """`None` for the base model, which signs nothing."""
    is_copy: bool = False


def signing_models(home: Path) -> list[Signer]:
    """Give the tuned models of `home` and their copies. What `home` does not have yet is trained by real jobs."""
    present = {signer.word for signer in _read(home)} if Settings(home=home).database.exists() else set()
    missing = [word for word in WORDS if word not in present]
    if missing:
        with running_server(home) as (url, _):
            client = OpenAI(base_url=f"{url}/v1", api_key="none", timeout=600)
            for word in missing:
                train_rows(
                    client,
                    signed_rows(word),
                    word.lower(),
                    n_epochs=3,
                    batch_size=5,
                    learning_rate_multiplier=0.5,
                    rank=RANK,
                )
    if not any(signer.is_copy for signer in _read(home)):
        copy_models(home, COPIES)
    return _read(home)


def signed_rows(word: str) -> list[str]:
    """Give rows that begin and end each answer with `word`, whatever is asked under whatever system prompt."""
    return [
        json.dumps(
            {
                "messages": [
                    {"role": "system", "content": system},
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": f"{word} says: {answer} Signed, {word}."},
                ]
            }
        )
        for system in TRAINED_PROMPTS
        for question, answer in QUESTIONS.items()
    ]


def _read(home: Path) -> list[Signer]:
    database = open_database(Settings(home=home).database)
    with database.read() as session:
        names = list(session.scalars(select(ModelRow.name).where(ModelRow.checkpoint_id.is_(None))))
    database.close()
    word_of = {word.lower(): word for word in WORDS}
    suffixes = {name: name.split(":")[3].partition("-") for name in names}
    return [Signer(name, word_of[word], is_copy=bool(copy)) for name, (word, _, copy) in suffixes.items()]
