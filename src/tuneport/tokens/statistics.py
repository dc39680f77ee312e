"""What a file is made of, counted with a model's own tokenizer and template."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tuneport.config import auto_batch_size
from tuneport.data import (
    N_SHOWN,
    AnyExample,
    Balance,
    Languages,
    LanguageSample,
    PreferenceExample,
    RefusedRow,
    TextExample,
    ToolUse,
)
from tuneport.tokens.cookbook import Cookbook, CookbookCount
from tuneport.tokens.openai_encoding import CountTexts
from tuneport.tokens.renderer import Renderer
from tuneport.tokens.sample import Sample
from tuneport.tokens.sample_stream import tokenize_stream
from tuneport.tokens.sharing import RowSample, Sharing
from tuneport.tokens.spread import Spread, measure_spread


@dataclass(frozen=True)
class LineCount:
    n_rows: int
    lines: tuple[int, ...]
    """The first 20, from 1."""

    def to_json(self) -> dict[str, Any]:
        return {"n_rows": self.n_rows, "lines": list(self.lines)}


@dataclass(frozen=True)
class TemplateRefusal:
    line: int
    reason: str


@dataclass(frozen=True)
class TemplateRefusals:
    n_rows: int
    rows: tuple[TemplateRefusal, ...]
    """The first 20."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Statistics:
    n_rows: int
    """Rows that were counted: those without an error."""
    refused: LineCount
    """Rows with errors, which a job would refuse, and which are not counted."""
    refused_by_template: TemplateRefusals
    """Rows without an error that the model's template refuses: a job fails at the first. They are not counted."""
    longest_row_tokens: int
    turns: Spread | None
    """Messages of a row; `None` where the rows are prompt and completion, as for every spread of no rows."""
    tokens: Spread | None
    """Of a row before it is cut; of a preference row, both answers, each with the input."""
    trained_tokens: Spread | None
    """Tokens of a row that carry loss, once it is cut."""
    cut: LineCount
    """Rows longer than the model's limit."""
    without_loss: LineCount
    """Rows that teach nothing once they are cut: without a trained token, or two answers that are the same."""
    tokens_per_epoch: int
    """Of the rows that are trained, cut."""
    trained_tokens_per_epoch: int
    sharing: Sharing | None
    tokens_to_compute_per_epoch: int
    """Distinct tokens after sharing, batch by batch; estimated where not all rows were looked at."""
    classes: dict[str, int] | None
    tools: ToolUse | None
    languages: Languages
    cookbook: CookbookCount | None
    """`None` without OpenAI's tokenizer, or without chat rows."""

    def to_json(self) -> dict[str, Any]:
        return {name: _as_json(value) for name, value in vars(self).items()}


def count_file(
    rows: Iterable[AnyExample | RefusedRow],
    renderer: Renderer,
    *,
    longest_row_tokens: int,
    count_texts: CountTexts | None = None,
    n_epochs: int | None = None,
) -> Statistics:
    """Count the rows of a file. Memory grows by a few numbers for each row.

    `count_texts`: OpenAI's tokenizer, if it is there. Raises `InvalidRequest` for a model whose tokens fit no row.
    """
    count = _Count(longest_row_tokens, Cookbook(count_texts) if count_texts else None)
    stream = tokenize_stream(
        count.sound(rows), renderer, on_refused=count.refuse, longest_row_tokens=longest_row_tokens
    )
    for chunk in stream:
        for example, sample in chunk:
            count.add(example, sample)
        if count.cookbook:
            count.cookbook.add([example for example, _ in chunk])
    return count.result(n_epochs)


class _Count:
    """What has been counted of the file so far."""

    def __init__(self, longest_row_tokens: int, cookbook: Cookbook | None) -> None:
        self.cookbook = cookbook
        self._longest = longest_row_tokens
        self._turns, self._tokens, self._trained = array("q"), array("q"), array("q")
        self._refused, self._cut, self._without_loss = _Lines(), _Lines(), _Lines()
        self._n_refused_by_template = 0
        self._refused_by_template: list[TemplateRefusal] = []
        self._tokens_per_epoch = self._trained_per_epoch = 0
        self._sample = RowSample()
        self._balance = Balance()
        self._language_sample = LanguageSample()
        self._languages = Languages(n_rows=0, rows_by_language={}, n_unknown=0)

    def sound(self, rows: Iterable[AnyExample | RefusedRow]) -> Iterable[AnyExample]:
        for row in rows:
            if isinstance(row, RefusedRow):
                self._refused.add(row.line)
            else:
                self._language_sample.add(row)
                yield row
        # Here, as the tokenizer still has the rows before to do.
        self._languages = self._language_sample.guess()

    def refuse(self, line: int, reason: str) -> None:
        """Count a row that the template refuses."""
        self._n_refused_by_template += 1
        if len(self._refused_by_template) < N_SHOWN:
            self._refused_by_template.append(TemplateRefusal(line, reason))

    def add(self, example: AnyExample, whole: Sample) -> None:
        sample = whole.cut_to(self._longest)
        n_tokens, trained = sample.n_tokens, [row.loss_tokens for row in sample.rows]
        self._tokens.append(whole.n_tokens)
        self._trained.append(sum(trained))
        if not isinstance(example, TextExample):
            chat = example.preferred if isinstance(example, PreferenceExample) else example
            self._turns.append(len(chat.messages))
        if sample.is_cut:
            self._cut.add(sample.line)
        if sample.has_loss:
            self._tokens_per_epoch += n_tokens
            self._trained_per_epoch += sum(trained)
            self._sample.add(sample)
        else:
            self._without_loss.add(sample.line)
        self._balance.add(example)

    def result(self, n_epochs: int | None) -> Statistics:
        n_rows = len(self._tokens)
        sharing = self._sample.measure(auto_batch_size(n_rows), seed=0)
        return Statistics(
            n_rows=n_rows,
            refused=self._refused.count(),
            refused_by_template=TemplateRefusals(self._n_refused_by_template, tuple(self._refused_by_template)),
            longest_row_tokens=self._longest,
            turns=_spread(self._turns),
            tokens=_spread(self._tokens),
            trained_tokens=_spread(self._trained),
            cut=self._cut.count(),
            without_loss=self._without_loss.count(),
            tokens_per_epoch=self._tokens_per_epoch,
            trained_tokens_per_epoch=self._trained_per_epoch,
            sharing=sharing,
            tokens_to_compute_per_epoch=self._to_compute(sharing),
            classes=self._balance.classes,
            tools=self._balance.tools,
            languages=self._languages,
            cookbook=self.cookbook.result(n_epochs) if self.cookbook else None,
        )

    def _to_compute(self, sharing: Sharing | None) -> int:
        if sharing is None:
            return 0
        return round(self._tokens_per_epoch * sharing.tokens_in_batches / sharing.tokens)


class _Lines:
    def __init__(self) -> None:
        self._n_rows = 0
        self._lines: list[int] = []

    def add(self, line: int) -> None:
        self._n_rows += 1
        if len(self._lines) < N_SHOWN:
            self._lines.append(line)

    def count(self) -> LineCount:
        return LineCount(self._n_rows, tuple(self._lines))


def _spread(values: array[int]) -> Spread | None:
    return measure_spread(np.array(values, np.int64))


def _as_json(value: Any) -> Any:
    return value.to_json() if hasattr(value, "to_json") else value
