"""A request in the words of vLLM's completions, and its stream in those of our protocol.

Written for vLLM 0.33; those before 0.12 take no `structured_outputs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from tuneport.core import EngineFailed
from tuneport.inference.grammars import as_one_lark
from tuneport.inference.protocol import EndEvent, FinishReason, GenerateRequest, TokenEvent, TokenLogprob
from tuneport.inference.vllm.options import BASE_NAME

_TOKEN = "token_id:"
"""What stands before each id where vLLM gives tokens as ids."""


def completion_body(request: GenerateRequest) -> dict[str, Any]:
    """Give what `/v1/completions` is asked."""
    # Nothing of the probability is nothing to choose from, which vLLM refuses: the likeliest token it is.
    is_greedy = request.top_p == 0
    body: dict[str, Any] = {
        "model": request.adapter_dir or BASE_NAME,
        "prompt": request.token_ids,
        "add_special_tokens": False,
        "max_tokens": request.max_tokens,
        "temperature": 0.0 if is_greedy else request.temperature,
        "top_p": 1.0 if is_greedy else request.top_p,
        "frequency_penalty": request.frequency_penalty,
        "presence_penalty": request.presence_penalty,
        "logit_bias": request.logit_bias or None,
        "seed": request.seed,
        "stop_token_ids": request.stop_token_ids,
        # What ends an answer stands in the request; only a grammar's end is the tokenizer's own token.
        "ignore_eos": request.grammar is None,
        "logprobs": request.n_logprobs,
        "structured_outputs": None if request.grammar is None else {"grammar": as_one_lark(request.grammar)},
        "return_token_ids": True,
        "return_tokens_as_token_ids": True,
        "skip_special_tokens": False,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return {name: value for name, value in body.items() if value is not None}


class StreamReader:
    """Reads the stream of one answer."""

    def __init__(self, request: GenerateRequest) -> None:
        self._request = request
        self._finish_reason: FinishReason | None = None
        self._cached_tokens = 0

    def read(self, line: str) -> Iterator[TokenEvent]:
        """Give the tokens of a line. Raises `EngineFailed` where vLLM says that the answer failed."""
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data == "[DONE]":
            return
        chunk = orjson.loads(data)
        if "error" in chunk:
            raise EngineFailed(f"vLLM broke the answer off: {error_message(chunk)}")
        usage = chunk.get("usage") or {}
        self._cached_tokens = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or self._cached_tokens
        for choice in chunk["choices"]:
            yield from self._tokens(choice)

    def end(self) -> EndEvent:
        """Give the end, after the last line. Raises `EngineFailed` where the answer has none."""
        if self._finish_reason is None:
            raise EngineFailed("vLLM broke the answer off without a word of why. Its log is the engine's.")
        return EndEvent(self._request.id, self._finish_reason, self._cached_tokens)

    def _tokens(self, choice: dict[str, Any]) -> Iterator[TokenEvent]:
        token_ids: list[int] = choice.get("token_ids") or []
        reason = choice.get("finish_reason")
        if reason is not None:
            if reason not in ("stop", "length"):
                raise EngineFailed(f"vLLM broke the answer off: {reason}.")
            self._finish_reason = reason
        # The token at which it stopped is the last one.
        for place in range(len(token_ids) - (reason == "stop")):
            yield self._token(token_ids[place], choice.get("logprobs"), place)

    def _token(self, token_id: int, logprobs: dict[str, Any] | None, place: int) -> TokenEvent:
        if logprobs is None:
            return TokenEvent(self._request.id, token_id, cached_tokens=self._cached_tokens)
        likely = [
            TokenLogprob(int(name.removeprefix(_TOKEN)), logprob)
            for name, logprob in (logprobs["top_logprobs"][place] or {}).items()
        ]
        # vLLM adds the token that was drawn, wherever it stands.
        likely.sort(key=lambda each: -each.logprob)
        return TokenEvent(
            self._request.id,
            token_id,
            logprobs["token_logprobs"][place],
            likely[: self._request.n_logprobs],
            self._cached_tokens,
        )


def error_message(answer: Any) -> str:
    """Give what vLLM says of an error, in one of the forms that it has for that."""
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    return str(error.get("message", error) if isinstance(error, dict) else error)
