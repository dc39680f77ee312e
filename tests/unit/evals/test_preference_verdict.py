import pytest

from tuneport.evals import score_preferences, write_preference_verdict


@pytest.mark.parametrize(
    ("n_right", "words"),
    [(41, "Preference tuning helped"), (30, "No help is shown"), (9, "Preference tuning made it worse")],
)
def test_a_verdict_is_no_stronger_than_the_interval(n_right, words):
    verdict = write_preference_verdict(score_preferences(n_right, 55))

    assert verdict.startswith(f"{words}: in {n_right} of 55 pairs")


def test_the_numbers_are_in_the_sentence():
    verdict = write_preference_verdict(score_preferences(41, 55))

    assert "(75 %, 95 % interval 62 % to 84 %)" in verdict
