"""What a model's own template writes around the calls of an answer, learnt by rendering one.

Grammar and reader of calls are both made from this, so a call is held to, and read from, the very characters that
training rows have, whatever the family of the template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuneport.core import InvalidRequest
from tuneport.data import Message, ToolCall
from tuneport.tokens.chat_template import ChatTemplate

_NAMES = ("probe_one", "probe_two")
_ARGUMENTS = '{"probe": "argument"}'
_TEXT = "Probe text."
_QUESTION = Message("user", "Probe question.")
_TOOLS = tuple({"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in _NAMES)


@dataclass(frozen=True)
class CallShape:
    before: str
    """Up to the first call's name."""
    middle: str
    """Between a call's name and its arguments."""
    after: str
    """Behind the last call's arguments."""
    between: str | None = None
    """From a call's arguments to the next one's name; `None` for a template that writes one call and no more."""
    gap: str | None = None
    """Between an answer's text and `before`; `None` for a template that writes no text beside calls."""
    lead: str = ""
    """What the template begins answers with, of text or of calls, such as empty thoughts; a model may leave it out."""

    @property
    def mark(self) -> str:
        """What tells that calls begin; empty where they begin as any JSON does."""
        return self.before.partition("{")[0].rstrip()

    @property
    def literals(self) -> str:
        """Give all that tells calls from text."""
        return "".join((self.gap or "", self.before, self.middle, self.between or "", self.after))


def find_call_shape(template: ChatTemplate) -> CallShape | None:
    """Give how the template writes calls as JSON; `None` where it writes none, or writes them otherwise."""
    lead = _lead(template)
    one = _answer(template, None, _NAMES[:1], lead)
    before, found_name, rest = (one or "").partition(_NAMES[0])
    middle, found_arguments, after = rest.partition(_ARGUMENTS)
    if not (found_name and found_arguments and "{" in before):
        return None
    shape = CallShape(before, middle, after, lead=lead)
    # Without a mark only a whole answer can be a call.
    lead = lead if shape.mark else ""
    return replace(shape, between=_between(template, shape), gap=_gap(template, shape), lead=lead)


def _lead(template: ChatTemplate) -> str:
    """Give what stands before the text of an answer, where an answer of calls begins with it too."""
    lead, found, _ = (_answer(template, _TEXT, ()) or "").partition(_TEXT)
    is_before_calls = (_answer(template, None, _NAMES[:1]) or "").startswith(lead)
    return lead if found and is_before_calls else ""


def _between(template: ChatTemplate, shape: CallShape) -> str | None:
    first, second = (f"{name}{shape.middle}{_ARGUMENTS}" for name in _NAMES)
    both = _answer(template, None, _NAMES, shape.lead) or ""
    start, end = f"{shape.before}{first}", f"{second}{shape.after}"
    if not (both.startswith(start) and both.endswith(end)):
        return None
    return both[len(start) : -len(end)]


def _gap(template: ChatTemplate, shape: CallShape) -> str | None:
    beside = _answer(template, _TEXT, _NAMES[:1], shape.lead) or ""
    call = f"{shape.before}{_NAMES[0]}{shape.middle}{_ARGUMENTS}{shape.after}"
    if not (beside.startswith(_TEXT) and beside.endswith(call)):
        return None
    return beside[len(_TEXT) : -len(call)]


def _answer(template: ChatTemplate, content: str | None, names: Sequence[str], lead: str = "") -> str | None:
    """Give what the model writes to make these calls, without `lead` and the token that ends it.

    `None` where it can't.
    """
    calls = tuple(ToolCall(f"call_{name}", name, _ARGUMENTS) for name in names)
    try:
        pieces = template.render([_QUESTION, Message("assistant", content, calls)], _TOOLS, add_generation_prompt=False)
    except InvalidRequest:
        return None
    written = "".join(piece.text for piece in pieces if piece.message_index is not None)
    for token in template.stop_tokens:
        written = written.removesuffix(token)
    return written.removeprefix(lead)
