"""Asks the base model, the base model with examples in its prompt, and the tuned model the same questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial

from tuneport.core import ComparisonCancelled, InvalidRequest
from tuneport.data import Example, TextExample
from tuneport.evals.completer import Answer, Completer, show_answer
from tuneport.evals.interval import wilson_interval
from tuneport.evals.judge import is_right
from tuneport.evals.question import CountTokens, Question, answer_token_limit, read_questions

REQUESTS_AT_ONCE = 64
"""So many that an engine can batch them."""


@dataclass(frozen=True)
class Score:
    n_rows: int
    n_right: int
    share: float
    interval_low: float
    """Lower end of the share's 95 % interval (Wilson)."""
    interval_high: float
    seconds_per_answer: float
    """Time for all answers, up to 64 asked at once, divided by their number."""
    prompt_tokens_mean: float


@dataclass(frozen=True)
class JudgedRow:
    line: int
    """Line in the validation file, counted from 1."""
    question: str
    """The last thing that the user said, or the raw prompt."""
    expected: str
    answers: dict[str, str | None]
    """Name of a completer → its answer; `None` where the prompt was too long for the model."""
    right: dict[str, bool]


@dataclass(frozen=True)
class Comparison:
    scores: dict[str, Score]
    rows: list[JudgedRow]


@dataclass
class _Asked:
    """One completer's answers, by the index of the question; `None` where the prompt was too long."""

    answers: dict[int, Answer | None] = field(default_factory=dict)
    seconds: float = 0.0


def compare(
    rows: Sequence[Example | TextExample],
    completers: Mapping[str, Completer],
    *,
    count_tokens: CountTokens,
    on_progress: Callable[[int, int], None],
    is_cancelled: Callable[[], bool],
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Judge every completer on every row's last assistant message, or completion, given all that comes before it.

    `on_progress` gets the number of answers so far and of all. Raises `ComparisonCancelled` soon after `is_cancelled`
    becomes true, `DataError` if no row has an answer, and whatever a completer raises, but for a prompt that is too
    long: that counts as a wrong answer.
    """
    questions = read_questions(rows)
    max_tokens = answer_token_limit(questions, count_tokens)
    n_done = 0

    def count_one() -> None:
        nonlocal n_done
        if is_cancelled():
            raise ComparisonCancelled("The comparison was cancelled; its answers were not kept.")
        n_done += 1
        on_progress(n_done, len(questions) * len(completers))

    asked = {}
    for name, completer in completers.items():
        # The first request may load a model: without this one, loading would count as answering.
        _ask(completer, 1, questions[0])
        started = clock()
        answers = _ask_all(partial(_ask, completer, max_tokens), questions, count_one)
        asked[name] = _Asked(answers, clock() - started)
    judged = [_judge(index, question, asked) for index, question in enumerate(questions)]
    return Comparison({name: _score(name, judged, asked[name]) for name in asked}, judged)


def _ask_all(
    ask: Callable[[Question], Answer | None], questions: Sequence[Question], on_answer: Callable[[], None]
) -> dict[int, Answer | None]:
    answers = {}
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        indexes = {pool.submit(ask, question): index for index, question in enumerate(questions)}
        try:
            for future in as_completed(indexes):
                answers[indexes[future]] = future.result()
                on_answer()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return answers


def _ask(completer: Completer, max_tokens: int, question: Question) -> Answer | None:
    try:
        if question.prompt is not None:
            return completer.complete_text(question.prompt, max_tokens=max_tokens)
        return completer.complete(question.messages, question.tools, max_tokens=max_tokens)
    except InvalidRequest as error:
        if error.code != "context_length_exceeded":
            raise
        return None


def _judge(index: int, question: Question, asked: Mapping[str, _Asked]) -> JudgedRow:
    answers = {name: one.answers[index] for name, one in asked.items()}
    return JudgedRow(
        line=question.line,
        question=question.shown,
        expected=show_answer(question.expected.content, question.expected.tool_calls),
        answers={name: _show(answer) for name, answer in answers.items()},
        right={name: answer is not None and is_right(question.expected, answer) for name, answer in answers.items()},
    )


def _show(answer: Answer | None) -> str | None:
    return None if answer is None else show_answer(answer.text, answer.tool_calls)


def _score(name: str, judged: Sequence[JudgedRow], asked: _Asked) -> Score:
    n_right = sum(row.right[name] for row in judged)
    low, high = wilson_interval(n_right, len(judged))
    prompt_tokens = [answer.prompt_tokens for answer in asked.answers.values() if answer is not None]
    return Score(
        n_rows=len(judged),
        n_right=n_right,
        share=n_right / len(judged),
        interval_low=low,
        interval_high=high,
        seconds_per_answer=asked.seconds / len(judged),
        prompt_tokens_mean=sum(prompt_tokens) / max(1, len(prompt_tokens)),
    )
