import threading
import time

import pytest

from tuneport.core import EngineFailed, go_on
from tuneport.workspace import ChatDelta, ChatRequest, ChoiceDelta, TextRequest, Usage, choices_of, collect_answers
from tuneport.workspace.choices import MAX_AT_ONCE, answer_together, total_usage, until_left

END = ChatDelta("", (), "stop", Usage(3, 1, 0))


def saying(*words: str):
    for word in words:
        yield ChatDelta(word)
    yield END


def failing():
    yield ChatDelta("a")
    raise EngineFailed("gone")


def test_choices_have_different_seeds_that_follow_from_the_given_one():
    request = ChatRequest("m", (), seed=7)

    first, again = choices_of(request, 4), choices_of(request, 4)

    assert first == again
    assert first[0].seed == 7
    assert len({choice.seed for choice in first}) == 4
    assert all(0 <= choice.seed < 2**63 for choice in first)


def test_choices_without_a_seed_get_none():
    assert [choice.seed for choice in choices_of(TextRequest("m", "x"), 2)] == [None, None]


def test_answers_are_collected_in_order_though_they_are_written_at_once():
    streams = [saying(f"{index}", "!") for index in range(3 * MAX_AT_ONCE)]

    answers = collect_answers(answer_together(streams), len(streams))

    assert [answer.content for answer in answers] == [f"{index}!" for index in range(3 * MAX_AT_ONCE)]


def test_answers_are_written_at_the_same_time():
    both = threading.Barrier(2, timeout=30)

    def waiting():
        both.wait()
        yield END

    answers = collect_answers(answer_together([waiting(), waiting()]), 2)

    assert len(answers) == 2


def test_a_single_answer_takes_no_thread():
    here = threading.get_ident()
    seen = []

    def noting():
        seen.append(threading.get_ident())
        yield END

    list(answer_together([noting()]))

    assert seen == [here]


@pytest.mark.parametrize("n", [1, 2])
def test_an_answer_that_fails_fails_the_request(n):
    with pytest.raises(EngineFailed, match="gone"):
        list(answer_together([failing() for _ in range(n)]))


def test_closing_ends_the_answers_that_are_still_written():
    closed = threading.Event()

    def endless():
        try:
            while True:
                yield ChatDelta("a")
        finally:
            closed.set()

    deltas = answer_together([endless(), endless()])
    first = next(deltas)
    deltas.close()

    assert isinstance(first, ChoiceDelta)
    assert closed.wait(30)


def test_closing_ends_the_answers_that_wait_for_their_first_token():
    is_left, is_begun, is_over = threading.Event(), threading.Event(), threading.Event()
    check = until_left(go_on, is_left)

    def waiting():
        try:
            is_begun.set()
            while True:
                check()
                time.sleep(0.01)
                yield from ()
        finally:
            is_over.set()

    deltas = answer_together([saying("a"), waiting()], is_left)
    next(deltas)
    assert is_begun.wait(30)
    deltas.close()

    assert is_over.wait(30)


def test_the_check_of_several_answers_raises_what_its_own_raises():
    def leave():
        raise ConnectionError

    with pytest.raises(ConnectionError):
        until_left(leave, threading.Event())()


def test_a_prompt_counts_once_for_all_its_answers():
    usages = [Usage(5, 2, 1), Usage(5, 3, 5), Usage(8, 1, 0), Usage(8, 1, 8)]

    assert total_usage(usages, n=2) == Usage(13, 7, 1)
