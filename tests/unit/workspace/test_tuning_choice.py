import pytest

from tuneport.core import InvalidRequest
from tuneport.jobs import Tuning
from tuneport.workspace import tuning_choice
from tuneport.workspace.tuning_choice import TuningChoice, checked_tuning

IN_FOUR_BITS = (TuningChoice(quantization="nf4"), None), (None, Tuning(quantization="nf4"))


@pytest.mark.parametrize(("choice", "earlier"), IN_FOUR_BITS, ids=["new", "continued"])
def test_a_job_that_needs_a_package_that_is_not_here_is_refused(monkeypatch, choice, earlier):
    def is_missing(package, *, what, **_):
        raise InvalidRequest(f"{what} needs {package}", code="package_missing")

    monkeypatch.setattr(tuning_choice, "require_package", is_missing)

    with pytest.raises(InvalidRequest, match="bitsandbytes"):
        checked_tuning(choice, earlier)


def test_a_job_goes_on_with_the_kind_of_its_model_and_with_its_new_tokens_there_by_now():
    earlier = Tuning(kind="dora", rank=4, new_tokens=("<yes>",))

    assert checked_tuning(None, earlier) == Tuning(kind="dora", rank=4)


def test_a_kind_given_for_a_continued_model_is_refused():
    with pytest.raises(InvalidRequest, match="goes on with the kind 'dora'"):
        checked_tuning(TuningChoice(), Tuning(kind="dora"))
