"""The gate that a trained model passes before it is one: what answers requests must say what the run said."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tuneport.catalog import find_model, model_folder
from tuneport.config import Settings
from tuneport.core import EngineFailed, NotFound, TuneportError, new_id
from tuneport.inference import Engines, GenerateRequest, TokenEvent
from tuneport.jobs import Tuning, Verdict
from tuneport.weights import LIKELIEST_TOKENS, GreedyAnswer, Parity, ReferenceAnswers, compare_answers
from tuneport.workspace.models import TunedModel

if TYPE_CHECKING:
    from tuneport.workspace.target import Target

LOOK_SECONDS = 0.25


class ParityGate:
    """`jobs.Gate`, over the engines that answer requests."""

    def __init__(self, settings: Settings, engines: Engines) -> None:
        self._settings = settings
        self._engines = engines

    def needs_engine(self, tuning: Tuning) -> bool:
        return self._settings.check_parity and not self._suits_vllm(tuning)

    def judge(self, model: str, base_model: str, checkpoint: Path, *, on_wait: Callable[[], None]) -> Verdict | None:
        """Give `None` too where the owner of the server has switched the gate off."""
        references = ReferenceAnswers.read(checkpoint) if self._settings.check_parity else None
        if references is None:
            return None
        asked: Future[Parity] = Future()
        work = (asked, lambda: self._compare(references, TunedModel(model, base_model, checkpoint, "", 0)))
        # No thread of a pool: a server that leaves would wait for it.
        threading.Thread(target=_fulfil, args=work, name="parity", daemon=True).start()
        on_wait()
        while not wait([asked], timeout=LOOK_SECONDS).done:
            on_wait()
        return _verdict(asked, model, checkpoint)

    def _suits_vllm(self, tuning: Tuning) -> bool:
        """Say of what is not trained yet what `vllm_reads_adapter` says of a checkpoint."""
        vllm = self._engines.vllm
        is_plain = tuning.kind == "lora" and tuning.quantization == "none" and not tuning.new_tokens
        return vllm is not None and (tuning.kind == "full" or (is_plain and tuning.rank <= vllm.max_rank))

    def _compare(self, references: ReferenceAnswers, tuned: TunedModel) -> Parity:
        # Tokenizers and templates are a third of the server's start, which is not to wait for them.
        from tuneport.tokens import ParityPrompt
        from tuneport.workspace.target import tuned_target

        base = find_model(tuned.base_model, self._settings)
        target = tuned_target(tuned, model_folder(base, self._settings), base.context_tokens, self._engines)
        renderer = target.renderer.as_of(references.day)
        answers = [
            _ask(target, ParityPrompt.from_json(each.prompt).token_ids(renderer), len(each.answer.token_ids))
            for each in references.answers
        ]
        return compare_answers(references, answers, sorted(target.renderer.stop_token_ids), runtime="engine")


def _ask(target: Target, prompt_ids: list[int], n_tokens: int) -> GreedyAnswer:
    request = GenerateRequest(
        id=new_id("gen_"),
        token_ids=prompt_ids,
        # The stop token is to be seen, too.
        stop_token_ids=[],
        max_tokens=n_tokens,
        adapter_dir=target.adapter_dir,
        temperature=0,
        n_logprobs=LIKELIEST_TOKENS,
    )
    with closing(target.engine.generate(request)) as events:
        tokens = [event for event in events if isinstance(event, TokenEvent)]
    return GreedyAnswer(
        prompt_ids=tuple(prompt_ids),
        token_ids=tuple(token.token_id for token in tokens),
        likeliest=tuple({each.token_id: each.logprob for each in token.alternatives} for token in tokens),
    )


def _fulfil(promise: Future[Parity], work: Callable[[], Parity]) -> None:
    try:
        promise.set_result(work())
    except Exception as error:
        promise.set_exception(error)


def _verdict(asked: Future[Parity], model: str, checkpoint: Path) -> Verdict:
    try:
        parity = asked.result()
    except (EngineFailed, NotFound) as error:
        if error.code == "engine_start_failed":
            return _refusal(model, checkpoint, f"no engine serves it. {error.message.rstrip('.')}")
        return Verdict(f"Whether {model} is served as it was trained could not be compared: {error.message}", None)
    except TuneportError as error:
        return _refusal(model, checkpoint, error.message)
    if not parity.is_equal:
        return _refusal(model, checkpoint, f"{parity.difference}. {parity.tolerance:g} nats are allowed")
    message = (
        f"Served as trained: {parity.n_tokens} tokens of {parity.n_prompts} prompts are answered alike, with "
        f"log-probabilities that differ by {parity.largest_difference:.1e} nats at most"
    )
    return Verdict(message, parity.model_dump())


def _refusal(model: str, checkpoint: Path, difference: str) -> Verdict:
    message = (
        f"The model {model} is not served as it was trained, so it is not published: {difference}. Its weights stay in "
        f"{checkpoint} until the job is deleted. Report this with the message; with 'check_parity' set to false, the "
        "owner of the server publishes models all the same."
    )
    return Verdict(message, None, is_refused=True)
