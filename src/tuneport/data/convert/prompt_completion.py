"""OpenAI's older records of `prompt` and `completion`."""

from __future__ import annotations

from typing import Any

from tuneport.data.convert.cells import text_if_any, text_of
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import Row, question_and_answer

_KEYS = frozenset({"prompt", "completion", "system"})
_SEPARATORS = ("###", "===>", "===", "--->", "---", "->", "=>", "$$$")
"""What prompts of the older models ended on, so that they knew where to begin."""
_STOPS = (" END", "\nEND", "###", "<|endoftext|>")
"""What completions ended on."""


def convert_prompt_completion(record: dict[str, Any], options: ConvertOptions, tally: Tally) -> Row:
    """Make the prompt the user's message, the completion the reply; with `strips_marks`, without the old marks."""
    tally.note_keys(record.keys() - _KEYS)
    prompt, completion = text_of(record.get("prompt"), "prompt"), text_of(record.get("completion"), "completion")
    if options.strips_marks:
        prompt = text_of(_cut(prompt, _SEPARATORS, "separators taken off", tally), "prompt")
        completion = text_of(_cut(completion, _STOPS, "stop texts taken off", tally).lstrip(), "completion")
    return question_and_answer(prompt, completion, text_if_any(record.get("system")))


def _cut(text: str, marks: tuple[str, ...], note: str, tally: Tally) -> str:
    end = text.rstrip()
    mark = next((mark for mark in marks if end.endswith(mark)), None)
    if mark is None:
        return end
    tally.note(note)
    # A longer row of the same sign is one mark.
    run = mark[0] if len(set(mark)) == 1 else None
    return end.removesuffix(mark).rstrip(run).rstrip()
