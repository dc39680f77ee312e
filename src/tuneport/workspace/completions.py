"""Completions of conversations and of raw text: words in, words out, through the model's tokenizer and adapter."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tuneport.config import Settings
from tuneport.core import Check, InvalidRequest, go_on, new_id
from tuneport.data import Message
from tuneport.evals import Answer, AnswerRoom, Question
from tuneport.inference import EndEvent, Engines, GenerateRequest, TokenEvent
from tuneport.tokens import AnswerText, Renderer
from tuneport.workspace.answer_rules import callable_tools, request_grammar
from tuneport.workspace.chat import ChatAnswer, ChatDelta, ChatRequest, ChoiceDelta, TextRequest, Usage
from tuneport.workspace.choices import answer_together, collect_answers, until_left
from tuneport.workspace.models import Models
from tuneport.workspace.target import Target, find_target
from tuneport.workspace.token_chances import TokenChances
from tuneport.workspace.token_ids import require_token_ids


class Completions:
    def __init__(self, settings: Settings, models: Models, engines: Engines) -> None:
        self._settings = settings
        self._models = models
        self._engines = engines

    def create(self, request: ChatRequest | TextRequest, check: Check = go_on) -> ChatAnswer:
        """Give the whole answer. Raises as `stream` does."""
        return collect_answers(self.stream_all([request], check), 1)[0]

    def stream_all(self, requests: Sequence[ChatRequest | TextRequest], check: Check = go_on) -> Generator[ChoiceDelta]:
        """Give the answers to several requests as they come. Raises as `stream` does; closing cancels them all."""
        is_left = threading.Event()
        streams = [self.stream(request, until_left(check, is_left)) for request in requests]
        return answer_together(streams, is_left)

    def stream(self, request: ChatRequest | TextRequest, check: Check = go_on) -> Generator[ChatDelta]:
        """Give the answer as it comes; closing the iterator cancels it, and so does what `check` raises.

        Raises `NotFound` for an unknown model and `InvalidRequest` for what can't be answered, or held, at once;
        `EngineFailed` may come with any delta.
        """
        target = self._find_target(request.model)
        prompt_ids = _prompt_ids(request, target.renderer)
        generate = GenerateRequest(
            id=new_id("gen_"),
            token_ids=prompt_ids,
            stop_token_ids=sorted(target.renderer.stop_token_ids),
            max_tokens=self._max_tokens(request, len(prompt_ids), target.context_tokens),
            adapter_dir=target.adapter_dir,
            temperature=request.temperature,
            top_p=request.top_p,
            seed=request.seed,
            frequency_penalty=request.frequency_penalty,
            presence_penalty=request.presence_penalty,
            logit_bias=_logit_bias(request, target.renderer),
            n_logprobs=request.n_logprobs,
            grammar=_grammar(request, target.renderer),
            tokenizer_file=str(target.tokenizer_file),
        )
        return self._answer(request, target, generate, check)

    def prompt_text(self, request: TextRequest) -> str:
        """Give the prompt as text. Raises as `stream` does."""
        if isinstance(request.prompt, str):
            return request.prompt
        renderer = self._find_target(request.model).renderer
        return renderer.decode(_prompt_ids(request, renderer))

    def count_answer_tokens(self, model: str, answer: Message, tools: Sequence[dict[str, Any]]) -> int:
        """Give the tokens of an answer as `model` writes it, its end included. Raises as `stream` does."""
        return self._find_target(model).renderer.count_answer_tokens(answer, tools)

    def _answer(
        self, request: ChatRequest | TextRequest, target: Target, generate: GenerateRequest, check: Check
    ) -> Generator[ChatDelta]:
        text, chances = _answer_text(request, target.renderer), TokenChances(target.renderer)
        reason, cached_tokens = "stop", 0
        with closing(target.engine.generate(generate, check, is_enough=lambda: text.is_stopped)) as events:
            for event in events:
                match event:
                    case TokenEvent():
                        chances.push(event)
                        new = text.push(event.token_id)
                        # The first token shows that an answer has begun, even if it is no whole character yet.
                        if new.content or new.calls or text.n_tokens == 1:
                            yield ChatDelta(new.content, new.calls, chances=chances.take(text.n_read))
                    case EndEvent():
                        reason, cached_tokens = event.finish_reason, event.cached_tokens
        rest = text.finish()
        yield ChatDelta(
            content=rest.content,
            calls=rest.calls,
            finish_reason="length" if reason == "length" else "tool_calls" if text.has_calls else "stop",
            usage=Usage(len(generate.token_ids), text.n_tokens, cached_tokens),
            chances=chances.take(text.n_read if text.is_stopped else None),
        )

    def _find_target(self, name: str) -> Target:
        return find_target(name, self._settings, self._models, self._engines)

    def _max_tokens(self, request: ChatRequest | TextRequest, n_prompt: int, context_tokens: int) -> int:
        room = context_tokens - n_prompt
        least = request.least_tokens or request.max_tokens or 1
        if room < least:
            raise InvalidRequest(
                f"The model's context is {context_tokens} tokens; the prompt takes {n_prompt} and the answer may take "
                f"{least}. Shorten the prompt or lower the answer's limit.",
                code="context_length_exceeded",
                param="messages" if isinstance(request, ChatRequest) else "prompt",
            )
        return min(room, request.max_tokens or self._settings.default_max_tokens)


def _answer_text(request: ChatRequest | TextRequest, renderer: Renderer) -> AnswerText:
    if isinstance(request, TextRequest):
        return AnswerText(renderer, request.stop, ())
    tool_names = [tool["function"]["name"] for tool in callable_tools(request)]
    return AnswerText(renderer, request.stop, tool_names, max_calls=None if request.parallel_tool_calls else 1)


def _logit_bias(request: ChatRequest | TextRequest, renderer: Renderer) -> dict[str, float]:
    if request.logit_bias:
        require_token_ids([int(token_id) for token_id in request.logit_bias], renderer.n_tokens, param="logit_bias")
    return request.logit_bias


def _grammar(request: ChatRequest | TextRequest, renderer: Renderer) -> str | None:
    return request_grammar(request, renderer) if isinstance(request, ChatRequest) else None


def _prompt_ids(request: ChatRequest | TextRequest, renderer: Renderer) -> list[int]:
    if isinstance(request, ChatRequest):
        return renderer.tokenize_prompt(request.messages, request.tools)
    if isinstance(request.prompt, str):
        token_ids = renderer.tokenize_text_prompt(request.prompt)
    else:
        token_ids = list(request.prompt)
    require_token_ids(token_ids, renderer.n_tokens, param="prompt")
    return token_ids


@dataclass(frozen=True)
class ModelCompleter:
    """A model as a comparison sees it: greedy answers."""

    completions: Completions
    model: str

    def complete(self, question: Question, room: AnswerRoom, check: Check) -> Answer:
        answer = self.completions.create(request_of(question, room, self.model), check)
        return Answer(answer.content, answer.tool_calls, answer.usage.prompt_tokens)

    def count_answer_tokens(self, answer: Message, tools: Sequence[dict[str, Any]]) -> int:
        return self.completions.count_answer_tokens(self.model, answer, tools)


def request_of(question: Question, room: AnswerRoom, model: str) -> ChatRequest | TextRequest:
    """Give what a comparison asks the model, which then answers greedily."""
    if question.prompt is not None:
        return TextRequest(model, question.prompt, max_tokens=room.most, least_tokens=room.least, temperature=0)
    return ChatRequest(
        model,
        question.messages,
        question.tools,
        question.parallel_tool_calls,
        max_tokens=room.most,
        least_tokens=room.least,
        temperature=0,
    )
