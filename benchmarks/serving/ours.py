"""Our side: the engine's scheduler, as the engine process runs it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving.requests import Ask
from tuneport.inference.engine.model_runtime import MixedRuntime, load_runtime
from tuneport.inference.engine.scheduler import Scheduler
from tuneport.inference.protocol import EngineEvent, GenerateRequest, TokenEvent


class Ours:
    def __init__(self, folder: Path) -> None:
        runtime = load_runtime(folder, quantization="none")
        assert isinstance(runtime, MixedRuntime)
        self.weight_bytes = runtime.weight_bytes
        """What each token of a single answer reads."""
        self._scheduler = Scheduler(runtime, self._note)
        self._answers: dict[str, list[int]] = {}

    def answer(self, asked: Sequence[Ask]) -> tuple[list[list[int]], float]:
        """Give the greedy answers to requests that come at the same time, and the seconds that they took."""
        self._answers = {str(index): [] for index in range(len(asked))}
        started = time.perf_counter()
        for index, ask in enumerate(asked):
            self._scheduler.submit(
                GenerateRequest(
                    str(index), list(ask.token_ids), [], ask.n_tokens, adapter_dir=ask.adapter, temperature=0.0
                )
            )
        while not self._scheduler.is_idle:
            self._scheduler.step()
        return list(self._answers.values()), time.perf_counter() - started

    def _note(self, event: EngineEvent) -> None:
        assert not hasattr(event, "message"), event
        if isinstance(event, TokenEvent):
            self._answers[event.id].append(event.token_id)
