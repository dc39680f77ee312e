import pytest

from tuneport.evals import score_preferences, write_preference_verdict


@pytest.mark.parametrize(
    ("n_right", "words"),
    [(41, "Preference tuning helped"), (30, "No help is shown"), (9, "Preference tuning made it worse")],
)
def test_a_verdict_is_no_stronger_than_the_sign_test(n_right, words):
    verdict = write_preference_verdict(score_preferences(n_right, 55))

    assert verdict.startswith(f"{words}: in {n_right} of 55 validation pairs")


def test_the_numbers_are_in_the_sentence():
    verdict = write_preference_verdict(score_preferences(41, 55))

    assert "(75 %, 95 % interval 62 % to 84 %; chance alone would do this less than once in 1,000 times)" in verdict


def test_pairs_whose_prompt_was_trained_are_left_out_and_counted():
    verdict = write_preference_verdict(score_preferences(41, 55, n_trained=7))

    assert "in 41 of 55 validation pairs" in verdict
    assert verdict.endswith(". 7 more, whose prompt was trained, were left out.")


def test_all_of_very_few_pairs_may_be_chance():
    four, six = (write_preference_verdict(score_preferences(count, count)) for count in (4, 6))

    assert four.startswith("No help is shown: in 4 of 4 validation pairs")
    assert "12.5% of the time), which may be chance" in four
    assert six.startswith("Preference tuning helped: in 6 of 6 validation pairs")
