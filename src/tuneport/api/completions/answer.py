"""A request's body in, the completion's object or its events out: what every way to ask goes through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator

from tuneport.api.completions.translate import text_chunk, text_object, text_order, usage_chunk
from tuneport.api.completions.wire import TextCompletionObject, TextCompletionRequest
from tuneport.api.errors import stream_error_body
from tuneport.api.server_events import DONE, begun, server_event
from tuneport.core import Check, go_on
from tuneport.workspace import ChoiceDelta, Project, StartedText, Usage, total_usage


def text_completion(project: Project, body: TextCompletionRequest, check: Check = go_on) -> TextCompletionObject:
    """Give the whole completion, whatever `body.stream` says; what `check` raises cancels it."""
    return text_object(project.texts.create(text_order(body), check))


def text_completion_events(project: Project, body: TextCompletionRequest, check: Check = go_on) -> Generator[bytes]:
    """Give the completion as server-sent events. What fails before the first word is raised, not an event."""
    order = text_order(body)
    text = project.texts.stream(order, check)
    with_usage = body.stream_options is not None and body.stream_options.include_usage
    return _events(text, begun(text.deltas), n_usages=order.n if with_usage else 0)


def _events(text: StartedText, deltas: Iterator[ChoiceDelta], *, n_usages: int) -> Generator[bytes]:
    """`n_usages`: answers to each prompt, 0 where no usage was asked for."""
    usages: dict[int, Usage] = {}
    told: Counter[int] = Counter()
    """Characters of each answer's tokens."""
    try:
        for each in deltas:
            yield server_event(text_chunk(text, each, offset=told[each.index]).model_dump())
            told[each.index] += sum(len(chance.token) for chance in each.delta.chances)
            if each.delta.usage is not None:
                usages[each.index] = each.delta.usage
        if n_usages:
            in_order = [usages[index] for index in sorted(usages)]
            yield server_event(usage_chunk(text, total_usage(in_order, n=n_usages)).model_dump())
    except Exception as error:
        yield server_event(stream_error_body(error))
    yield DONE
