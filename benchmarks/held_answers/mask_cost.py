"""Tokens per second with and without a grammar, alone and sixteen at once, in the engine itself."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from tuneport.catalog import find_model, model_folder
from tuneport.config import Settings
from tuneport.inference import CallRule, JsonRule, answer_grammar
from tuneport.inference.engine.model_runtime import load_runtime
from tuneport.inference.engine.scheduler import Scheduler
from tuneport.inference.protocol import EngineEvent, GenerateRequest, TokenEvent
from tuneport.models import use_threads
from tuneport.tokens import Renderer

MODEL = "smollm2-135m-instruct"
N_TOKENS = 64
ROUNDS = 5
_WORDS = {"type": "string", "minLength": 5000}
_TOOL = {"type": "function", "function": {"name": "note", "parameters": {"properties": {"text": _WORDS}}}}


def main() -> None:
    """Measure each kind in turn, round after round, so that a busy moment falls on all of them."""
    folder = model_folder(find_model(MODEL, Settings()), Settings())
    use_threads(None)
    engine = _Engine(folder)
    renderer = Renderer.from_folder(folder)
    assert renderer.call_shape is not None
    kinds = {
        "free": None,
        "a long text in JSON": answer_grammar(JsonRule({"type": "object", "properties": {"a": _WORDS}}), None),
        "text where calls may be made": answer_grammar(None, CallRule(renderer.call_shape, (_TOOL,))),
    }
    print("| at once | answer | tokens per second | of the free one |\n|---|---|---|---|")
    for n_requests in (1, 16):
        for grammar in kinds.values():
            engine.rate(n_requests, grammar)
        rates: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(ROUNDS):
            for kind, grammar in kinds.items():
                rates[kind].append(engine.rate(n_requests, grammar))
        for kind, found in rates.items():
            ratio = statistics.median(rate / free for rate, free in zip(found, rates["free"], strict=True))
            print(f"| {n_requests} | {kind} | {statistics.median(found):.0f} | {ratio:.2f} |", flush=True)


class _Engine:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._said: list[EngineEvent] = []
        self._scheduler = Scheduler(load_runtime(self._folder, quantization="none"), self._said.append)

    def rate(self, n_requests: int, grammar: str | None) -> float:
        """Give the tokens per second from the first token on."""
        prompt = list(range(1000, 1064))
        for index in range(n_requests):
            self._scheduler.submit(
                GenerateRequest(
                    id=f"request{index}",
                    token_ids=[*prompt, 2000 + index],
                    # One that the model does not write by itself: each answer has the same length.
                    stop_token_ids=[0],
                    max_tokens=N_TOKENS,
                    temperature=0,
                    grammar=grammar,
                    tokenizer_file=str(self._folder / "tokenizer.json"),
                )
            )
        return self._run()

    def _run(self) -> float:
        self._said.clear()
        while sum(isinstance(event, TokenEvent) for event in self._said) == 0:
            self._scheduler.step()
        n_before, started = len(self._said), time.perf_counter()
        while not self._scheduler.is_idle:
            self._scheduler.step()
        return (len(self._said) - n_before) / (time.perf_counter() - started)
