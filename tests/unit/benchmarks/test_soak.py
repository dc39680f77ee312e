from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.serving.soak_outcomes import Outcome, sum_up
from benchmarks.serving.soak_processes import SETTLING_SECONDS, SPAN_SECONDS, Sample, growth_of

SIGNED = Outcome("whole", "Zorvex", began=10.0, ended=12.0, status=200, signatures=(frozenset({"Zorvex"}),))
DIED = replace(SIGNED, status=503, code="engine_failed", retry_after=1.0, signatures=())


def signed(*words):
    return replace(SIGNED, signatures=(frozenset(words),))


def test_answers_with_their_own_word_are_well():
    summary = sum_up([SIGNED, replace(SIGNED, word=None, signatures=(frozenset(),))], kills=[])

    assert (summary.answers, summary.problems()) == (2, [])


@pytest.mark.parametrize(
    "wrong",
    [
        signed("Quillan"),
        signed("Zorvex", "Quillan"),
        replace(SIGNED, word=None),
        replace(signed("Quillan"), kind="cancelled"),
        replace(SIGNED, kind="several", signatures=(frozenset({"Zorvex"}), frozenset({"Quillan"}))),
    ],
)
def test_the_word_of_another_model_is_a_problem_wherever_it_stands(wrong):
    summary = sum_up([SIGNED, wrong], kills=[])

    assert summary.wrong_adapter == 1
    assert "word of another model" in summary.problems()[0]


def test_answers_that_are_not_signed_are_a_problem_where_they_are_many():
    few = sum_up([SIGNED] * 399 + [signed()], kills=[])
    many = sum_up([SIGNED] * 99 + [signed()], kills=[])

    assert (few.unsigned, few.problems()) == (1, [])
    assert many.problems() == ["1 of 100 answers are not signed"]


def test_a_stream_that_was_left_need_not_be_signed():
    assert sum_up([SIGNED, replace(signed(), kind="cancelled")], kills=[]).unsigned == 0


def test_an_answer_is_lost_to_a_kill_only_while_it_was_under_way():
    under_way = sum_up([SIGNED, DIED], kills=[11.0])
    long_before = sum_up([SIGNED, DIED], kills=[13.0])
    without_the_time_to_wait = sum_up([SIGNED, replace(DIED, retry_after=None)], kills=[11.0])
    broken_off = sum_up([SIGNED, replace(DIED, status=None, retry_after=None)], kills=[11.0])

    assert (under_way.lost_to_kills, under_way.problems()) == (1, [])
    assert long_before.problems() == ["1 times: whole, status 503, code engine_failed"]
    assert without_the_time_to_wait.problems() == long_before.problems()
    assert (broken_off.lost_to_kills, broken_off.problems()) == (1, [])


def test_a_full_queue_must_say_when_to_come_back():
    full = replace(DIED, code="engine_busy")

    assert sum_up([SIGNED, full], kills=[]).full == 1
    assert sum_up([SIGNED, replace(full, retry_after=None)], kills=[]).problems() != []


def test_a_bad_request_must_be_refused_with_its_own_status():
    refused = replace(SIGNED, kind="bad", status=404, due=404, code="model_not_found", signatures=())

    assert sum_up([SIGNED, refused], kills=[]).refused == 1
    assert sum_up([SIGNED, replace(refused, status=500)], kills=[]).problems() != []
    assert sum_up([SIGNED, replace(refused, status=200)], kills=[]).problems() != []


def test_growth_is_counted_from_when_a_process_had_settled():
    growing = [Sample(float(second), 1000 + second) for second in range(0, 600, 2)]

    growth = growth_of(growing)

    assert growth is not None
    assert growth.settled == 1000 + SETTLING_SECONDS + SPAN_SECONDS / 2
    assert growth.end == pytest.approx(1598 - SPAN_SECONDS / 2, abs=1)


def test_nothing_is_said_of_the_growth_of_a_process_that_was_killed_early():
    assert growth_of([Sample(float(second), 1000) for second in range(0, 350, 2)]) is None
