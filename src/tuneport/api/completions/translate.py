"""Between completions of raw text and what is on the wire."""

from __future__ import annotations

from tuneport.api.chat.translate import usage_object
from tuneport.api.completions.wire import TextChoice, TextCompletionObject, TextCompletionRequest
from tuneport.api.wire_fields import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, TextOrTokens, one_or_several, stop_texts
from tuneport.core import InvalidRequest
from tuneport.workspace import ChoiceDelta, StartedText, TextCompletion, TextOrder, TextRequest, Usage

DEFAULT_MAX_TOKENS = 16


def text_order(body: TextCompletionRequest) -> TextOrder:
    """Give what is asked for in our words. Raises `InvalidRequest` for a suffix."""
    if body.suffix:
        raise InvalidRequest(
            f"'suffix' is {body.suffix[:40]!r}: models here go on with a text, they don't fill a gap in one. Leave "
            "'suffix' out.",
            code="not_supported",
            param="suffix",
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
    )


def text_object(completion: TextCompletion) -> TextCompletionObject:
    choices = [
        TextChoice(index=index, text=answer.content or "", finish_reason=answer.finish_reason)
        for index, answer in enumerate(completion.answers)
    ]
    return TextCompletionObject(
        id=completion.id,
        created=completion.created_at,
        model=completion.model,
        choices=choices,
        usage=usage_object(completion.usage),
    )


def text_chunk(text: StartedText, each: ChoiceDelta) -> TextCompletionObject:
    choice = TextChoice(index=each.index, text=each.delta.content, finish_reason=each.delta.finish_reason)
    return TextCompletionObject(id=text.id, created=text.created_at, model=text.model, choices=[choice])


def usage_chunk(text: StartedText, usage: Usage) -> TextCompletionObject:
    return TextCompletionObject(
        id=text.id, created=text.created_at, model=text.model, choices=[], usage=usage_object(usage)
    )
