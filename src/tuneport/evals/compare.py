"""Asks the base model, the base model with examples in its prompt, and the tuned model the same questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tuneport.core import Check, TuneportError
from tuneport.data import Example, TextExample
from tuneport.evals.asking import Outcome, Patience, ask_all
from tuneport.evals.completer import TOO_LONG, Answer, Completer, show_answer
from tuneport.evals.interval import wilson_interval
from tuneport.evals.judge import is_right
from tuneport.evals.question import CountTokens, Question, measure_rooms, read_questions


@dataclass(frozen=True)
class MeasuredRows:
    rows: Sequence[Example | TextExample]
    n_trained: int = 0
    """Rows that were left out because the model was trained on what they ask."""
    n_first: int | None = None
    """How many of the file's first rows were looked at; `None` for all."""


@dataclass(frozen=True)
class Score:
    n_rows: int
    n_right: int
    share: float
    interval_low: float
    """Lower end of the share's 95 % interval (Wilson)."""
    interval_high: float
    seconds_per_answer: float
    """Time for all answers, up to 64 asked at once, divided by the number of those that came."""
    prompt_tokens_mean: float
    n_missing: int
    """Rows without an answer, which count as wrong."""
    n_too_long: int
    """Of these, rows whose prompt left no room for the answer."""
    n_trained: int
    """Rows that were left out because the model was trained on what they ask; the same for all."""


@dataclass(frozen=True)
class JudgedRow:
    line: int
    """Line in the validation file, counted from 1."""
    question: str
    """The last thing that the user said, or the raw prompt."""
    expected: str
    answers: dict[str, str | None]
    """Name of a completer → its answer; `None` where it gave none."""
    missing: dict[str, TuneportError]
    """Name of a completer that gave no answer → why."""
    right: dict[str, bool]


@dataclass(frozen=True)
class Comparison:
    scores: dict[str, Score]
    rows: list[JudgedRow]
    n_first: int | None = None
    """How many of the file's first rows were looked at; `None` for all."""


@dataclass(frozen=True)
class _Asked:
    """What one completer was asked, in the order of the questions."""

    outcomes: Sequence[Outcome]
    seconds: float


def compare(
    measured: MeasuredRows,
    completers: Mapping[str, Completer],
    *,
    count_tokens: CountTokens,
    on_progress: Callable[[int, int], None],
    check: Check,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
) -> Comparison:
    """Judge every completer on every row's last assistant message, or completion, given all that comes before it.

    `on_progress` gets the number of questions asked so far and of all; what `check` raises ends the comparison. An
    answer that does not come counts as wrong, and is asked for again where that may help. Raises `DataError` if no row
    has an answer, and whatever a completer raises that can answer nothing any more.
    """
    questions = read_questions(measured.rows)
    rooms = measure_rooms(questions, count_tokens, check)
    n_done = 0

    def count_one() -> None:
        nonlocal n_done
        n_done += 1
        on_progress(n_done, len(questions) * len(completers))

    asked = {}
    for name, completer in completers.items():
        patience = Patience(completer, check, sleep)
        # The first request may load a model: without this one, loading would count as answering.
        patience.require_answering()
        started = clock()
        outcomes = ask_all(patience, list(zip(questions, rooms, strict=True)), count_one)
        asked[name] = _Asked(outcomes, clock() - started)
    judged = [_judge(index, question, asked) for index, question in enumerate(questions)]
    scores = {name: _score(name, judged, each, measured.n_trained) for name, each in asked.items()}
    return Comparison(scores, judged, measured.n_first)


def _judge(index: int, question: Question, asked: Mapping[str, _Asked]) -> JudgedRow:
    outcomes = {name: one.outcomes[index] for name, one in asked.items()}
    answers = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Answer)}
    return JudgedRow(
        line=question.line,
        question=question.shown,
        expected=show_answer(question.expected.content, question.expected.tool_calls),
        answers={name: _show(answers.get(name)) for name in outcomes},
        missing={name: outcome for name, outcome in outcomes.items() if isinstance(outcome, TuneportError)},
        right={name: name in answers and is_right(question.expected, answers[name]) for name in outcomes},
    )


def _show(answer: Answer | None) -> str | None:
    return None if answer is None else show_answer(answer.text, answer.tool_calls)


def _score(name: str, judged: Sequence[JudgedRow], asked: _Asked, n_trained: int) -> Score:
    n_right = sum(row.right[name] for row in judged)
    low, high = wilson_interval(n_right, len(judged))
    prompt_tokens = [outcome.prompt_tokens for outcome in asked.outcomes if isinstance(outcome, Answer)]
    reasons = [outcome.code for outcome in asked.outcomes if isinstance(outcome, TuneportError)]
    n_answers = max(1, len(prompt_tokens))
    return Score(
        n_rows=len(judged),
        n_right=n_right,
        share=n_right / len(judged),
        interval_low=low,
        interval_high=high,
        seconds_per_answer=asked.seconds / n_answers,
        prompt_tokens_mean=sum(prompt_tokens) / n_answers,
        n_missing=len(reasons),
        n_too_long=reasons.count(TOO_LONG),
        n_trained=n_trained,
    )
