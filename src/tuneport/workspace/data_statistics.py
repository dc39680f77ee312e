"""The part "statistics" of a report: what a file is made of, for one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tuneport.catalog import fetch_encoding, find_encoding, model_folder, require_pulled
from tuneport.core import InvalidRequest, ModelPullFailed
from tuneport.data import judge_size, read_sound_examples
from tuneport.tokens import CountTexts, Renderer, Statistics, count_file, openai_token_counter
from tuneport.workspace.report_context import ReportContext
from tuneport.workspace.target import require_text_model

_HOW_TO_FETCH = "`tuneport data stats FILE --openai-tokens` fetches it once"


@dataclass(frozen=True)
class CountedFile:
    statistics: Statistics
    why_no_cookbook: str
    """Why OpenAI's count is not among them, if it is not."""


def count_statistics(context: ReportContext) -> CountedFile:
    """Raises `DataError` for a file that is no JSON lines, `NotFound` where the model is not pulled."""
    base = context.base_model
    require_text_model(base)
    require_pulled(base, context.settings)
    count_texts, why_not = _openai_tokens(context)
    method = _method(context.request.method)
    on_read = context.reading("statistics", context.path)
    statistics = count_file(
        read_sound_examples(context.path, method=method, name=context.file_name, on_read=on_read),
        Renderer.from_folder(model_folder(base, context.settings)),
        longest_row_tokens=context.longest_row_tokens,
        count_texts=count_texts,
        n_epochs=context.request.n_epochs,
    )
    return CountedFile(statistics, why_not)


def report_statistics(context: ReportContext) -> dict[str, Any]:
    """Raises as `count_statistics`."""
    counted = context.counted
    statistics = counted.statistics
    found: dict[str, Any] = {"model": context.base_model.name, "method": context.request.method}
    found |= {"size": judge_size(statistics.n_rows)} | statistics.to_json()
    if statistics.cookbook is None:
        found["cookbook"] = {"unavailable": counted.why_no_cookbook}
    return found


def _openai_tokens(context: ReportContext) -> tuple[CountTexts | None, str]:
    """Give OpenAI's tokenizer where it is on disk, and why there might be no count by it."""
    if context.request.fetches_encoding:
        try:
            fetch_encoding(context.settings, lambda progress: None)
        except ModelPullFailed as error:
            return None, f"OpenAI's tokenizer is not available: {error.message}"
    folder = find_encoding(context.settings)
    if folder is None:
        return None, f"OpenAI's tokenizer is not available: it is not on disk; {_HOW_TO_FETCH}."
    return openai_token_counter(folder), "OpenAI's formula is for chat rows, and there is none."


def _method(method: str) -> Literal["supervised", "dpo"]:
    if method == "supervised":
        return "supervised"
    if method == "dpo":
        return "dpo"
    raise InvalidRequest(
        f"Tokens are counted for the methods 'supervised' and 'dpo', and 'method' is {method!r}. Use one of them.",
        code="method_planned",
        param="method",
    )
