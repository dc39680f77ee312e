from tuneport.core import EngineFailed, InvalidRequest
from tuneport.evals import BASE, FEW_SHOT, TUNED, Comparison, JudgedRow, Score, wilson_interval, write_verdict

_WHY = {
    "?": InvalidRequest("too long", code="context_length_exceeded"),
    "!": EngineFailed("No memory for this text.", code="insufficient_memory"),
}


def _comparison(base, few_shot, tuned, *, n_trained=0, n_first=None):
    """One character a row: `+` right, `-` wrong, `?` too long, `!` out of memory; `None` for who was not asked."""
    marks = {name: each for name, each in ((BASE, base), (FEW_SHOT, few_shot), (TUNED, tuned)) if each is not None}
    rows = [_row(line, {name: marks[name][line] for name in marks}) for line in range(len(base))]
    return Comparison({name: _score(marks[name], n_trained) for name in marks}, rows, n_first)


def _row(line, mark_of):
    return JudgedRow(
        line=line,
        question="q",
        expected="a",
        answers={name: None if mark in _WHY else "x" for name, mark in mark_of.items()},
        missing={name: _WHY[mark] for name, mark in mark_of.items() if mark in _WHY},
        right={name: mark == "+" for name, mark in mark_of.items()},
    )


def _score(marks, n_trained):
    n_right = marks.count("+")
    n_too_long = marks.count("?")
    ends = wilson_interval(n_right, len(marks))
    return Score(
        len(marks),
        n_right,
        n_right / len(marks),
        *ends,
        0.1,
        10.0,
        n_too_long + marks.count("!"),
        n_too_long,
        n_trained,
    )


def test_tuning_that_beats_base_and_examples_helped():
    verdict = write_verdict(_comparison("-" * 60, "+" * 5 + "-" * 55, "+" * 55 + "-" * 5))

    assert verdict == (
        "Fine-tuning helped: 55 of 60 right against 0 of 60 for the base model (chance alone would do this less than "
        "once in 1,000 times), while examples in the prompt get 5 of 60 (chance alone would do this less than once in "
        "1,000 times)."
    )


def test_examples_that_do_as_well_as_tuning_are_named_as_the_cheaper_way():
    verdict = write_verdict(_comparison("-" * 60, "+" * 54 + "-" * 6, "-" + "+" * 55 + "-" * 4))

    assert verdict.startswith("Fine-tuning helped: 55 of 60")
    assert "examples in the prompt may be all you need" in verdict


def test_examples_that_do_better_than_tuning_are_preferred():
    verdict = write_verdict(_comparison("-" * 60, "+" * 58 + "-" * 2, "+" * 20 + "-" * 40))

    assert "prompting alone is better here" in verdict


def test_examples_that_help_where_tuning_does_not_are_preferred():
    verdict = write_verdict(_comparison("-" * 60, "+" * 50 + "-" * 10, "-" * 60))

    assert verdict.startswith("Fine-tuning shows no help")
    assert "prompting alone is better here" in verdict


def test_examples_that_do_worse_than_the_base_model_are_not_called_help():
    verdict = write_verdict(
        _comparison("+" * 68 + "-" * 32, "+" * 64 + "-" * 36, "+" * 58 + "-" * 10 + "+" * 5 + "-" * 27)
    )

    assert "prompting" not in verdict


def test_a_difference_that_may_be_chance_is_not_called_help():
    verdict = write_verdict(_comparison("+" * 30 + "-" * 30, "-" * 60, "+" * 33 + "-" * 27))

    assert verdict.startswith("No help is shown: 33 of 60 right against 30 of 60")
    assert "25.0% of the time" in verdict


def test_few_rows_are_named_as_the_reason_that_nothing_can_be_told():
    verdict = write_verdict(_comparison("--------", "--------", "+++-----"))

    assert "8 validation rows are too few" in verdict


def test_tuning_that_loses_rows_made_it_worse():
    verdict = write_verdict(_comparison("+" * 40 + "-" * 20, "-" * 60, "+" * 20 + "-" * 40))

    assert verdict.startswith("Fine-tuning made it worse: 20 of 60 right against 40 of 60")


def test_a_base_model_that_is_already_right_leaves_little_to_gain():
    verdict = write_verdict(_comparison("+" * 59 + "-", "+" * 60, "+" * 60))

    assert verdict.startswith("The base model is already right: 60 of 60 right against 59 of 60 for the base model.")


def test_a_base_model_right_in_few_rows_is_not_yet_called_right():
    assert "already right" not in write_verdict(_comparison("+", "+", "+"))
    assert "1 validation row is too few" in write_verdict(_comparison("+", "+", "+"))
    assert "20 validation rows are too few" in write_verdict(_comparison("+" * 20, "+" * 20, "+" * 20))


def test_a_loss_that_may_be_chance_is_called_a_loss():
    five = write_verdict(_comparison("+" * 5, "+" * 5, "-" * 5))
    sixty = write_verdict(_comparison("+" * 60, "+" * 60, "+" * 56 + "-" * 4))

    assert five.startswith("No help is shown: 0 of 5 right against 5 of 5 for the base model, a loss")
    assert sixty.startswith("No help is shown: 56 of 60 right against 60 of 60")
    assert "a loss that may be chance (chance alone would do this 12.5% of the time)" in sixty


def test_free_text_that_is_never_the_same_is_named_as_the_wrong_thing_to_compare():
    none = write_verdict(_comparison("-" * 60, "-" * 60, "-" * 60))
    one = write_verdict(_comparison("-" * 60, "-" * 60, "+" + "-" * 59))

    assert none.startswith("None of the 60 answers equals the expected one word for word")
    assert one.startswith("Only 1 of the 60 answers equals the expected one word for word")
    for verdict in (none, one):
        assert "short fixed answers (labels, JSON, calls) and says nothing about free text" in verdict
        assert "read the answers, and look at the validation loss" in verdict


def test_each_chance_stands_behind_the_comparison_that_it_belongs_to():
    verdict = write_verdict(_comparison("-" * 60, "-" * 7 + "+" * 40 + "-" * 13, "-" * 6 + "+" * 48 + "-" * 6))

    assert "for the base model (chance alone would do this less than once in 1,000 times)" in verdict
    assert "get 40 of 60 (chance alone would do this 0.8% of the time)" in verdict


def test_nothing_is_said_of_examples_that_nobody_asked_for():
    half = "-" * 30 + "+" * 30

    won, same, lost = (write_verdict(_comparison(half, None, tuned)) for tuned in ("+" * 60, half, "-" * 60))

    assert won.startswith("Fine-tuning helped: 60 of 60 right against 30 of 60 for the base model (chance")
    assert not any(word in verdict for verdict in (won, same, lost) for word in ("examples", "prompt"))


def test_the_same_answers_before_and_after_are_called_no_change():
    verdict = write_verdict(_comparison("+" * 10 + "-" * 50, "+" * 9 + "-" * 51, "+" * 10 + "-" * 50))

    assert verdict.startswith("Fine-tuning changed nothing that counts: 10 of 60 right against 10 of 60")
    assert "more validation rows would show" in verdict


def test_six_rows_better_and_none_worse_is_the_least_that_counts_as_help():
    not_yet = write_verdict(_comparison("-" * 60, "-" * 60, "+" * 5 + "-" * 55))
    enough = write_verdict(_comparison("-" * 60, "-" * 60, "+" * 6 + "-" * 54))

    assert not_yet.startswith("No help is shown")
    assert enough.startswith("Fine-tuning helped")


def test_prompts_that_were_too_long_are_counted_for_each_who_was_asked():
    verdict = write_verdict(_comparison("-" * 60, "?" * 12 + "-" * 48, "+" * 59 + "?"))

    assert verdict.endswith(
        "The prompt was too long for the base model with examples in 12 rows and for the tuned model in 1 row, which "
        "counts as wrong."
    )


def test_rows_that_got_no_answer_are_told_with_the_reason():
    verdict = write_verdict(_comparison("-" * 60, "-" * 60, "+" * 58 + "!?"))

    assert "The prompt was too long for the tuned model in 1 row" in verdict
    assert verdict.endswith("1 row got no answer from the tuned model, which counts as wrong: No memory for this text.")


def test_rows_that_are_not_counted_are_told():
    verdict = write_verdict(_comparison("-" * 60, "-" * 60, "+" * 60, n_trained=3, n_first=63))

    assert verdict.endswith(
        " 3 rows were left out: the training file asks the same. Only the first 63 rows of the file were looked at."
    )
