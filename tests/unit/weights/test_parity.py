"""The comparison of a model's answers here with those that it gave in training."""

import pytest

from tuneport.weights import GreedyAnswer, ReferenceAnswer, ReferenceAnswers, compare_answers

LIKELY = ({5: -0.1, 6: -2.5, 9: -12.0}, {7: -0.5, 8: -1.0})


def answer(prompt_ids=(1, 2, 3), token_ids=(5, 7), likeliest=LIKELY):
    return GreedyAnswer(prompt_ids=prompt_ids, token_ids=token_ids, likeliest=likeliest)


REFERENCE = ReferenceAnswers(
    stop_token_ids=(2,), answers=(ReferenceAnswer(name="the row on line 4", prompt={}, answer=answer()),)
)


def compare(found, stop_token_ids=(2,)):
    """Compare as numbers of 16 bits, for which 0.05 nats are allowed."""
    return compare_answers(REFERENCE, [found], stop_token_ids, runtime="engine", numbers="f16")


def test_the_same_answer_is_equal_at_every_place():
    parity = compare(answer())

    assert (parity.is_equal, parity.n_prompts, parity.n_tokens) == (True, 1, 2)
    assert (parity.largest_difference, parity.difference) == (0, None)


def test_a_small_difference_is_told_and_allowed():
    parity = compare(answer(likeliest=({5: -0.1, 6: -2.505}, LIKELY[1])))

    assert parity.is_equal
    assert parity.largest_difference == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        (answer(prompt_ids=(1, 4, 3)), "the row on line 4: token 2 of the prompt is 2 in training and 4 here"),
        (answer(prompt_ids=(1, 2, 3, 3)), "the row on line 4: token 4 of the prompt is none in training and 3 here"),
        (answer(prompt_ids=(1, 2)), "the row on line 4: token 3 of the prompt is 3 in training and none here"),
        (
            answer(likeliest=(LIKELY[0], {7: -0.5, 8: -2.0})),
            "the row on line 4: at token 2 of the answer the log-probability of token 8 is -1.0000 in training and "
            "-2.0000 here",
        ),
        (
            answer(likeliest=({5: -0.1, 4: -3.0}, LIKELY[1])),
            "the row on line 4: at token 1 of the answer the log-probability of token 6 is -2.5000 in training and "
            "below -3.0000 here",
        ),
    ],
)
def test_a_difference_is_told_with_prompt_place_token_and_values(found, difference):
    parity = compare(found)

    assert not parity.is_equal
    assert parity.difference == difference


def test_other_stop_tokens_are_a_difference():
    parity = compare(answer(), stop_token_ids=(2, 0))

    assert parity.difference == "answers end with the tokens [0, 2], and in training with [2]"


def test_what_is_expected_less_than_once_in_a_thousand_is_not_compared():
    assert compare(answer(likeliest=({5: -0.1, 6: -2.5, 9: -20.0}, LIKELY[1]))).is_equal


def test_where_two_tokens_are_as_good_as_equally_likely_the_answers_may_part():
    close = ({5: -0.7000, 6: -0.7001}, {7: -0.5})
    reference = ReferenceAnswers(
        stop_token_ids=(2,),
        answers=(ReferenceAnswer(name="a row", prompt={}, answer=answer(likeliest=close)),),
    )
    other = answer(token_ids=(6, 8), likeliest=({6: -0.7000, 5: -0.7001}, {8: -0.1}))

    parity = compare_answers(reference, [other], (2,), runtime="engine")

    assert (parity.is_equal, parity.n_tokens) == (True, 1)


def test_a_model_that_was_trained_in_16_bits_may_differ_by_as_much():
    trained = REFERENCE.model_copy(update={"numbers": "bf16"})

    assert compare_answers(trained, [answer()], (2,), runtime="engine").tolerance == 0.5


def test_answers_are_kept_with_a_checkpoint(tmp_path):
    assert ReferenceAnswers.read(tmp_path) is None

    REFERENCE.write(tmp_path)

    assert ReferenceAnswers.read(tmp_path) == REFERENCE
