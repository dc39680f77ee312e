import pytest

from tuneport.cli.comparison_follow import choose_telling_answers, run_comparison, show_answers, show_comparison
from tuneport.core import EngineFailed


def _score(n_right):
    return {
        "n_rows": 60,
        "n_right": n_right,
        "share": n_right / 60,
        "interval_low": 0.1,
        "interval_high": 0.9,
        "seconds_per_answer": 0.42,
        "prompt_tokens_mean": 140.4,
    }


def _comparison(status, **changes):
    record = {"id": "cmp_1", "status": status, "done": 0, "total": 180, "results": None, "verdict": None, "error": None}
    return record | changes


def _answer(line, *, base, tuned):
    right = {"base": base, "few_shot": False, "tuned": tuned}
    return {
        "line": line,
        "question": f"q{line}",
        "expected": "a",
        "base": "b",
        "few_shot": None,
        "tuned": "c",
        "right": right,
        "missing": {"few_shot": {"code": "context_length_exceeded", "message": "The prompt takes 9,000 tokens."}},
    }


def test_a_comparison_is_followed_to_its_results(server, client, screen):
    server.on("POST tuneport/comparisons", _comparison("queued", total=0))
    states = [
        _comparison("running", total=0),
        _comparison("running"),
        _comparison("running", done=90),
        _comparison("succeeded", done=180),
    ]
    server.on("GET tuneport/comparisons/cmp_1", *states)

    comparison = run_comparison(client, screen, {"seed": 0}, sleep=lambda seconds: None)

    assert comparison["status"] == "succeeded"
    assert screen.text.splitlines() == [
        "Comparing  queued",
        "Comparing  loading the model",
        "Comparing  0 of 180 answers",
        "Comparing  90 of 180 answers",
        "Comparing  done",
    ]


def test_an_interrupt_cancels_the_comparison_on_the_server(server, client, screen):
    def interrupt(seconds):
        raise KeyboardInterrupt

    server.on("POST tuneport/comparisons", _comparison("running"))
    server.on("POST tuneport/comparisons/cmp_1/cancel", _comparison("cancelled"))

    with pytest.raises(KeyboardInterrupt):
        run_comparison(client, screen, {}, sleep=interrupt)

    assert len(server.asked("POST", "tuneport/comparisons/cmp_1/cancel")) == 1


def test_a_comparison_that_failed_is_raised_with_its_reason(server, client, screen):
    failed = _comparison("failed", error={"message": "The engine ran out of memory.", "code": "engine_failed"})
    server.on("POST tuneport/comparisons", failed)

    with pytest.raises(EngineFailed, match=r"cmp_1 has no results: The engine ran out of memory\."):
        run_comparison(client, screen, {}, sleep=lambda seconds: None)


def test_the_table_has_share_interval_and_time_of_each_and_the_verdict_below(screen):
    results = {"base": _score(2), "few_shot": _score(9), "tuned": _score(55)}

    show_comparison(screen, _comparison("succeeded", results=results, verdict="Fine-tuning helped."), few_shot_rows=3)

    lines = screen.text.splitlines()
    assert lines[1] == "On 60 rows that the training file does not ask:"
    assert "the same text as the row's own, the same JSON value, or the same calls" in screen.text
    assert lines[4].startswith("base model, 3 examples in the prompt")
    assert [cell.strip() for cell in lines[5].split("  ") if cell.strip()] == [
        "tuned model",
        "55/60",
        "92 %",
        "10 % to 90 %",
        "0.4 s",
        "140",
    ]
    assert lines[-1] == "Fine-tuning helped."


def test_the_answers_shown_are_one_gained_and_one_still_wrong():
    answers = [
        _answer(1, base=True, tuned=True),
        _answer(2, base=False, tuned=True),
        _answer(3, base=False, tuned=True),
        _answer(4, base=False, tuned=False),
    ]

    assert [answer["line"] for answer in choose_telling_answers(answers)] == [2, 4]
    assert [answer["line"] for answer in choose_telling_answers(answers[:3])] == [2, 3]
    assert [answer["line"] for answer in choose_telling_answers(answers[:1])] == [1]


def test_an_answer_is_shown_with_what_was_expected_and_a_mark(screen):
    show_answers(screen, [_answer(2, base=False, tuned=True)])

    assert screen.text.splitlines()[1:] == [
        "Line 2: q2",
        "  expected  a",
        "  base      b  (wrong)",
        "  few-shot  no answer: The prompt takes 9,000 tokens.  (wrong)",
        "  tuned     c  (right)",
    ]
