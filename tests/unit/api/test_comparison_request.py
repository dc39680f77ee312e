import pytest
from pydantic import ValidationError

from tuneport.api.tuneport.wire import CompareRequest

ORDER = {"training_file": "file-a", "validation_file": "file-b", "base_model": "tiny", "tuned_model": "ft:tiny"}


@pytest.mark.parametrize("wrong", [{"seed": 2**63}, {"max_rows": 10_001}, {"max_rows": 2**63}, {"max_rows": 0}])
def test_numbers_that_no_comparison_can_have_are_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        CompareRequest(**ORDER, **wrong)


def test_the_largest_numbers_are_taken():
    request = CompareRequest(**ORDER, seed=2**63 - 1, max_rows=10_000)

    assert (request.seed, request.max_rows) == (2**63 - 1, 10_000)
