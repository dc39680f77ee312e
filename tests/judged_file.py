"""What holds of the checks and the readers, whatever a file has in it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.core import DataError, NotFound
from tuneport.data import (
    DEFAULT_LONGEST_ROW_TOKENS,
    N_SHOWN,
    RULES,
    TRAINABLE_METHODS,
    AnyExample,
    CheckReport,
    PreferenceExample,
    RefusedRow,
    TextExample,
    check_file,
    read_example,
    read_examples,
    read_sound_examples,
)
from tuneport.data.length import check_prompt_length
from tuneport.data.problems import Findings
from tuneport.data.reading import read_rows
from tuneport.data.row_checks import RowChecks
from tuneport.tokens import Renderer
from tuneport.tokens.chat_template import ChatTemplate

METHODS = ("supervised", "dpo", "reinforcement")
MOST_REPORT_BYTES = 100_000
OF_ALL_ROWS = ("empty_file", "nothing_to_learn", "no_chat_template", "method_not_trainable", "repeated_row")

_renderer = Renderer(
    ChatTemplate(TEMPLATE.read_text(encoding="utf-8"), stop_tokens=["<|im_end|>"]), byte_tokenizer(), [STOP_TOKEN_ID]
)


def assert_file_is_judged(path: Path, method: str) -> None:
    """Whoever reads the file answers, or says by an error of ours why not; and all of them say the same of it."""
    report = check_file(path, method=method, is_training_file=False)
    assert_report_adds_up(report, path.read_bytes().count(b"\n") + 1)
    if report.n_rows:
        assert {**counts_by_the_rules(path, method)} == without(report.counts_by_code, OF_ALL_ROWS)
    if method in TRAINABLE_METHODS:
        assert_sound_rows_can_be_trained(path, method, report)
        assert_all_rows_are_read_where_all_are_sound(path, method, report)
        assert_rows_are_found_by_number(path, report.n_rows)


def assert_report_adds_up(report: CheckReport, n_lines: int) -> None:
    counts = Counter[str]()
    for code, count in report.counts_by_code.items():
        counts[RULES[code].severity] += count
    assert (report.n_errors, report.n_warnings) == (counts["error"], counts["warning"])
    assert len(report.errors) == min(N_SHOWN, report.n_errors)
    assert len(report.warnings) == min(N_SHOWN, report.n_warnings)
    for problem in (*report.errors, *report.warnings):
        assert problem.line is None or 1 <= problem.line <= n_lines
        assert problem.row is None or 1 <= problem.row <= report.n_rows
    assert report.is_good == (report.job_failure() is None) == (report.n_errors == 0)
    assert len(json.dumps(report.to_json(), ensure_ascii=False, allow_nan=False).encode()) <= MOST_REPORT_BYTES


def counts_by_the_rules(path: Path, method: str) -> Counter[str]:
    """Count what is wrong with the rows by the rules alone, without the shorter way for rows that are right."""
    findings = Findings()
    checks = RowChecks(method, findings)
    for raw in read_rows(path):
        if checks.check(raw):
            check_prompt_length(raw.value, checks.format, DEFAULT_LONGEST_ROW_TOKENS, findings)
    return findings.counts_by_code


def without(counts: dict[str, int], codes: tuple[str, ...]) -> dict[str, int]:
    return {code: count for code, count in counts.items() if code not in codes}


def assert_sound_rows_can_be_trained(path: Path, method: str, report: CheckReport) -> None:
    rows = sound_rows_or_code(path, method)
    if isinstance(rows, str):
        assert report.n_rows == 0
        assert rows in report.counts_by_code
        return
    refused = {row.line for row in rows if isinstance(row, RefusedRow)}
    told = {problem.line for problem in report.errors} - {None}
    assert len(rows) == report.n_rows
    assert told <= refused
    assert bool(told) == bool(refused)
    for row in rows:
        if not isinstance(row, RefusedRow):
            assert_can_be_trained(row)


def sound_rows_or_code(path: Path, method: str) -> list[AnyExample | RefusedRow] | str:
    try:
        return list(read_sound_examples(path, method=method))
    except DataError as error:
        return error.code


def assert_can_be_trained(example: AnyExample) -> None:
    if isinstance(example, TextExample):
        row = _renderer.tokenize_text(example, longest_row_tokens=DEFAULT_LONGEST_ROW_TOKENS)
        assert row.loss_tokens > 0 or row.is_cut
        return
    answers = (example.preferred, example.non_preferred) if isinstance(example, PreferenceExample) else (example,)
    for answer in answers:
        row = _renderer.tokenize_example(answer, longest_row_tokens=DEFAULT_LONGEST_ROW_TOKENS)
        has_loss = any(message.weight for message in answer.messages if message.role == "assistant")
        assert (row.loss_tokens > 0) == has_loss or row.is_cut


def assert_all_rows_are_read_where_all_are_sound(path: Path, method: str, report: CheckReport) -> None:
    try:
        n_examples = sum(1 for _ in read_examples(path, method=method))
    except DataError:
        assert not report.is_good
    else:
        assert n_examples == report.n_rows


def assert_rows_are_found_by_number(path: Path, n_rows: int) -> None:
    for number, numbered_by in ((1, "row"), (n_rows + 1, "row"), (2, "line")):
        try:
            found = read_example(path, number, numbered_by=numbered_by)
        except (DataError, NotFound):
            continue
        assert number == (found.row if numbered_by == "row" else found.line)
