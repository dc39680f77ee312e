import threading
import time

import pytest

from tuneport.core import ComparisonCancelled, DataError, EngineFailed, InvalidRequest, go_on
from tuneport.data import Example, Message, TextExample, ToolCall
from tuneport.evals import Answer, AnswerRoom, MeasuredRows, compare


class _Says:
    """Answers by the last user message; remembers what it was asked."""

    def __init__(self, answer_to):
        self._answer_to = answer_to
        self.requests = []

    def complete(self, question, room, check):
        if question.line == 0:
            return Answer("", (), prompt_tokens=1)
        self.requests.append((question, room))
        return Answer(self._answer_to(question.shown), (), prompt_tokens=max(1, len(question.messages)) * 10)


class _Fails:
    """Answers "y"; to the lines of `errors` with them, one after the other, before that."""

    def __init__(self, errors):
        self._errors = {line: list(each) for line, each in errors.items()}

    def complete(self, question, room, check):
        errors = self._errors.get(question.line)
        if errors:
            raise errors.pop(0)
        return Answer("y", (), prompt_tokens=1)


class _DiesForGood:
    """Answers the first that it is asked."""

    is_alive = True

    def complete(self, question, room, check):
        if not self.is_alive:
            raise EngineFailed("The engine is gone.")
        self.is_alive = False
        return Answer("y", (), prompt_tokens=1)


class _Ticks:
    """A clock that goes on by one second at each look."""

    def __init__(self):
        self._now = 0.0

    def __call__(self):
        self._now += 1.0
        return self._now


def _row(line, question, answer):
    return Example(line=line, messages=(Message("user", question), Message("assistant", answer)))


def _compare(rows, completers, **changes):
    options = {"on_progress": lambda done, total: None, "check": go_on, "clock": _Ticks()}
    options |= {
        "sleep": lambda seconds: None,
        "count_tokens": lambda answer, tools: len(answer.content or ""),
    } | changes
    return compare(MeasuredRows(rows), completers, **options)


def test_each_completer_is_scored_on_every_row():
    rows = [_row(line, str(line), str(line * 2)) for line in range(1, 21)]
    doubler, one_trick = _Says(lambda text: str(int(text) * 2)), _Says(lambda text: "2")

    comparison = _compare(rows, {"tuned": doubler, "base": one_trick})

    assert comparison.scores["tuned"].n_right == comparison.scores["tuned"].n_rows == 20
    assert comparison.scores["base"].n_right == 1
    assert comparison.scores["base"].share == 0.05
    assert comparison.scores["base"].interval_low < 0.05 < comparison.scores["base"].interval_high
    assert comparison.scores["base"].prompt_tokens_mean == 10
    assert comparison.scores["base"].seconds_per_answer == pytest.approx(1 / 20)


def test_judged_rows_keep_the_order_of_the_file_with_question_answers_and_marks():
    rows = [_row(1, "1", "2"), _row(3, "5", "10")]

    comparison = _compare(rows, {"base": _Says(lambda text: "2")})

    assert [row.line for row in comparison.rows] == [1, 3]
    assert comparison.rows[1].question == "5"
    assert comparison.rows[1].expected == "10"
    assert comparison.rows[1].answers == {"base": "2"}
    assert [row.right for row in comparison.rows] == [{"base": True}, {"base": False}]


def test_the_last_assistant_message_is_the_answer_and_all_before_it_the_question():
    messages = [Message("user", "a"), Message("assistant", "b"), Message("user", "c"), Message("assistant", "d")]
    completer = _Says(lambda text: "d")

    comparison = _compare([Example(line=1, messages=tuple(messages))], {"base": completer})

    assert completer.requests[-1][0].messages == tuple(messages[:3])
    assert comparison.scores["base"].n_right == 1


def test_a_message_kept_out_of_the_loss_is_not_the_expected_answer():
    messages = (Message("user", "a"), Message("assistant", "good"), Message("assistant", "bad", weight=0))

    comparison = _compare([Example(line=1, messages=messages)], {"base": _Says(lambda text: "good")})

    assert comparison.scores["base"].n_right == 1


def test_every_model_gets_the_same_room_taken_from_the_longest_expected_answer():
    rows = [_row(1, "a", "x" * 100), _row(2, "b", "y")]
    base, tuned = _Says(lambda text: "y"), _Says(lambda text: "y")

    _compare(rows, {"base": base, "tuned": tuned})

    asked = {room for completer in (base, tuned) for _, room in completer.requests}
    assert asked == {AnswerRoom(100, 100 + 8), AnswerRoom(1, 100 + 8)}


def test_room_for_an_answer_has_an_upper_limit():
    completer = _Says(lambda text: "y")

    _compare([_row(1, "a", "x" * 10_000)], {"base": completer})

    assert completer.requests[-1][1] == AnswerRoom(2048, 2048)


def test_a_row_that_ends_with_a_call_shows_it_as_name_and_arguments():
    call = ToolCall("call_1", "set_light", '{"room":"attic"}')
    messages = (Message("user", "light"), Message("assistant", None, tool_calls=(call,)))

    comparison = _compare([Example(line=1, messages=messages)], {"base": _Says(lambda text: "no")})

    assert comparison.rows[0].expected == 'set_light({"room":"attic"})'


def test_requests_are_made_at_once_so_that_an_engine_can_batch_them():
    together = threading.Barrier(16, timeout=20)

    class _Meets:
        def complete(self, question, room, check):
            if question.line:
                together.wait()
            return Answer("y", (), prompt_tokens=1)

    comparison = _compare([_row(line, "a", "y") for line in range(1, 17)], {"base": _Meets()})

    assert comparison.scores["base"].n_right == 16


def test_progress_counts_the_answers_of_all_completers():
    seen = []
    completers = {"base": _Says(lambda text: "y"), "tuned": _Says(lambda text: "y")}

    _compare(
        [_row(1, "a", "y"), _row(2, "b", "y")], completers, on_progress=lambda done, total: seen.append((done, total))
    )

    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_cancelled_comparison_stops_without_asking_the_next_completer():
    tuned = _Says(lambda text: "y")

    class _Cancels:
        is_cancelled = False

        def complete(self, question, room, check):
            self.is_cancelled = question.line == 1
            check()
            return Answer("y", (), prompt_tokens=1)

    base = _Cancels()

    def check():
        if base.is_cancelled:
            raise ComparisonCancelled("cancelled")

    with pytest.raises(ComparisonCancelled):
        _compare([_row(1, "a", "y")], {"base": base, "tuned": tuned}, check=check)

    assert tuned.requests == []


def test_a_prompt_too_long_for_the_model_counts_as_a_wrong_answer():
    refusal = InvalidRequest("too long", code="context_length_exceeded")

    comparison = _compare([_row(1, "a", "y"), _row(2, "b", "y")], {"few_shot": _Fails({1: [refusal]})})

    score = comparison.scores["few_shot"]
    assert [row.answers for row in comparison.rows] == [{"few_shot": None}, {"few_shot": "y"}]
    assert (score.n_right, score.n_missing, score.n_too_long) == (1, 1, 1)
    assert score.seconds_per_answer == 1.0


def test_examples_that_leave_no_room_for_any_question_are_counted_not_raised():
    refusals = {line: [InvalidRequest("too long", code="context_length_exceeded")] for line in (0, 1, 2)}

    comparison = _compare([_row(1, "a", "y"), _row(2, "b", "y")], {"few_shot": _Fails(refusals)})

    assert comparison.scores["few_shot"].n_too_long == 2


def test_an_engine_that_can_answer_nothing_ends_the_comparison_with_its_error():
    with pytest.raises(EngineFailed, match="engine is gone"):
        _compare([_row(1, "a", "y")], {"base": _Fails({0: [EngineFailed("The engine is gone.")]})})


def test_an_engine_that_is_full_is_asked_again_after_a_pause():
    busy, pauses = EngineFailed("full", code="engine_busy"), []

    comparison = _compare([_row(1, "a", "y")], {"base": _Fails({1: [busy, busy]})}, sleep=pauses.append)

    assert comparison.scores["base"].n_right == 1
    assert sum(pauses) == 1.0 + 5.0


def test_a_pause_ends_when_the_comparison_is_cancelled():
    busy, pauses = EngineFailed("full", code="engine_busy"), []

    def check():
        if len(pauses) == 2:
            raise ComparisonCancelled("cancelled")

    with pytest.raises(ComparisonCancelled):
        _compare([_row(1, "a", "y")], {"base": _Fails({1: [busy] * 9})}, check=check, sleep=pauses.append)

    assert pauses == [0.25, 0.25]


@pytest.mark.parametrize("code", ["insufficient_memory", "grammar_failed"])
def test_a_row_that_the_engine_can_t_answer_is_no_answer_with_its_reason(code):
    failure = EngineFailed("Not this one.", code=code)

    comparison = _compare([_row(1, "a", "y"), _row(2, "b", "y")], {"base": _Fails({2: [failure]})})

    score = comparison.scores["base"]
    assert comparison.rows[1].missing == {"base": failure}
    assert comparison.rows[1].right == {"base": False}
    assert (score.n_right, score.n_missing, score.n_too_long) == (1, 1, 0)


def test_an_engine_that_dies_of_one_row_answers_the_others():
    class _Dies:
        """With line 2, and with it all that is asked meanwhile: line 3."""

        is_with_others = True

        def complete(self, question, room, check):
            if question.line == 2 or (question.line == 3 and self.is_with_others):
                self.is_with_others = question.line != 2
                raise EngineFailed("The engine ended.")
            return Answer("y", (), prompt_tokens=1)

    comparison = _compare([_row(line, "a", "y") for line in (1, 2, 3)], {"base": _Dies()})

    assert [row.answers["base"] for row in comparison.rows] == ["y", None, "y"]
    assert comparison.rows[1].missing["base"].code == "engine_failed"


def test_an_engine_that_stays_dead_ends_the_comparison_long_before_all_is_asked():
    class _Stays:
        def __init__(self):
            self.asked = []

        def complete(self, question, room, check):
            self.asked.append(question.line)
            if len(self.asked) > 1:
                time.sleep(0.005)
                raise EngineFailed("No memory to start.")
            return Answer("y", (), prompt_tokens=1)

    base = _Stays()

    with pytest.raises(EngineFailed, match="No memory to start"):
        _compare([_row(line, "a", "y") for line in range(1, 2001)], {"base": base})

    assert len(base.asked) < 1000


def test_an_engine_that_does_not_come_back_for_one_row_ends_the_comparison():
    with pytest.raises(EngineFailed, match="gone"):
        _compare([_row(1, "a", "y")], {"base": _DiesForGood()})


def test_a_row_that_allows_one_call_at_a_time_is_asked_so():
    says = _Says(lambda text: "y")
    messages = (Message("user", "a"), Message("assistant", "y"))

    _compare([Example(1, messages, parallel_tool_calls=False)], {"base": says})

    assert not says.requests[0][0].parallel_tool_calls


def test_rows_without_an_expected_answer_are_refused():
    row = Example(line=1, messages=(Message("user", "a"),))

    with pytest.raises(DataError, match="none of the 1 validation rows"):
        _compare([row], {"base": _Says(lambda text: "y")})


def test_a_row_of_raw_text_is_asked_by_its_prompt_and_judged_by_its_completion():
    says = _Says({"2 + 2 =": " 4", "3 + 3 =": " 5"}.get)

    comparison = _compare([TextExample(1, "2 + 2 =", " 4"), TextExample(2, "3 + 3 =", " 6")], {"base": says})

    assert {(question.prompt, room.most) for question, room in says.requests} == {("2 + 2 =", 10), ("3 + 3 =", 10)}
    assert comparison.scores["base"].n_right == 1
    assert [(row.question, row.expected) for row in comparison.rows] == [("2 + 2 =", " 4"), ("3 + 3 =", " 6")]
