"""Two models' answers to the same words, side by side while both are written."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tuneport.cli.chat_turn import calls_text
from tuneport.cli.client import Client
from tuneport.cli.screen import Screen
from tuneport.cli.talk import Talk
from tuneport.core import InvalidRequest

BASE = "base"
"""Stands for the base model of a tuned one."""


def ask_both(screen: Screen, talks: tuple[Talk, Talk], question: str) -> None:
    """Ask both at once and show what they say in two columns; one after the other where no terminal is."""
    texts = ["", ""]
    lock = threading.Lock()
    with screen.columns([talk.model for talk in talks]) as columns, ThreadPoolExecutor(len(talks)) as pool:

        def add(place: int, text: str) -> None:
            with lock:
                texts[place] += text
                columns.update(texts)

        asked = [pool.submit(talk.ask, question, partial(add, place)) for place, talk in enumerate(talks)]
        for place, answer in enumerate(asked):
            if calls := calls_text(answer.result()):
                add(place, f"\n{calls}" if texts[place] else calls)


def other_model(client: Client, model: str, other: str) -> str:
    """Give the name of the model to compare with. Raises `InvalidRequest` for the base of a model that has none."""
    if other != BASE:
        return other
    facts = client.get(f"models/{model}").get("tuneport")
    if not facts or facts["base_model"] == model:
        raise InvalidRequest(
            f"{model!r} is not tuned, so there is no base model to compare with. Name another model: --against MODEL.",
            param="against",
        )
    return str(facts["base_model"])
