"""Between completions of raw text and what is on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from tuneport.api.chat.translate import usage_object
from tuneport.api.completions.wire import TextChoice, TextCompletionObject, TextCompletionRequest, TextLogprobs
from tuneport.api.wire_fields import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, TextOrTokens, one_or_several, stop_texts
from tuneport.core import InvalidRequest
from tuneport.workspace import ChoiceDelta, StartedText, TextCompletion, TextOrder, TextRequest, TokenChance, Usage

DEFAULT_MAX_TOKENS = 16


def text_order(body: TextCompletionRequest) -> TextOrder:
    """Give what is asked for in our words. Raises `InvalidRequest` for what is not done."""
    if body.suffix:
        raise InvalidRequest(
            f"'suffix' is {body.suffix[:40]!r}: models here go on with a text, they don't fill a gap in one. Leave "
            "'suffix' out.",
            code="not_supported",
            param="suffix",
        )
    if body.echo and body.logprobs is not None:
        raise InvalidRequest(
            "'echo' is true and 'logprobs' is set: log-probabilities are told of the tokens of answers only, not of "
            "prompts. Leave one of them out.",
            code="not_supported",
            param="logprobs",
        )
    requests = tuple(_request(body, prompt) for prompt in one_or_several(body.prompt))
    return TextOrder(requests, n=body.n or 1, echo=body.echo or False)


def _request(body: TextCompletionRequest, prompt: TextOrTokens) -> TextRequest:
    return TextRequest(
        model=body.model,
        prompt=prompt,
        max_tokens=body.max_tokens or DEFAULT_MAX_TOKENS,
        temperature=DEFAULT_TEMPERATURE if body.temperature is None else body.temperature,
        top_p=DEFAULT_TOP_P if body.top_p is None else body.top_p,
        seed=body.seed,
        stop=stop_texts(body.stop),
        frequency_penalty=body.frequency_penalty or 0.0,
        presence_penalty=body.presence_penalty or 0.0,
        logit_bias=body.logit_bias or {},
        n_logprobs=body.logprobs,
    )


def text_object(completion: TextCompletion) -> TextCompletionObject:
    """Give the completion in OpenAI's words."""
    choices = [
        TextChoice(
            index=index,
            text=answer.content or "",
            finish_reason=answer.finish_reason,
            logprobs=_logprobs(answer.chances, 0),
        )
        for index, answer in enumerate(completion.answers)
    ]
    return TextCompletionObject(
        id=completion.id,
        created=completion.created_at,
        model=completion.model,
        choices=choices,
        usage=usage_object(completion.usage),
    )


def text_chunk(text: StartedText, each: ChoiceDelta, *, offset: int) -> TextCompletionObject:
    """`offset`: characters of the tokens that were told before."""
    choice = TextChoice(
        index=each.index,
        text=each.delta.content,
        finish_reason=each.delta.finish_reason,
        logprobs=_logprobs(each.delta.chances, offset),
    )
    return TextCompletionObject(id=text.id, created=text.created_at, model=text.model, choices=[choice])


def _logprobs(chances: Sequence[TokenChance], offset: int) -> TextLogprobs | None:
    if not chances:
        return None
    lengths = [len(chance.token) for chance in chances]
    has_alternatives = any(chance.likeliest for chance in chances)
    likeliest = [{each.token: each.logprob for each in chance.likeliest} for chance in chances]
    return TextLogprobs(
        tokens=[chance.token for chance in chances],
        token_logprobs=[chance.logprob for chance in chances],
        top_logprobs=likeliest if has_alternatives else None,
        text_offset=list(accumulate(lengths[:-1], initial=offset)),
    )


def usage_chunk(text: StartedText, usage: Usage) -> TextCompletionObject:
    return TextCompletionObject(
        id=text.id, created=text.created_at, model=text.model, choices=[], usage=usage_object(usage)
    )
