import pickle

import pytest

from tuneport.core import DataError, InvalidRequest, StorageFull, TuneportError


@pytest.mark.parametrize("error", [DataError("bad", "unknown_role", "training_file"), StorageFull("full")])
def test_an_error_keeps_code_and_param_across_processes(error):
    again = pickle.loads(pickle.dumps(error))

    assert (type(again), again.message, again.code, again.param) == (
        type(error),
        error.message,
        error.code,
        error.param,
    )


def test_an_error_without_a_code_takes_that_of_its_branch():
    assert InvalidRequest("no").code == "invalid_request"
    assert DataError("no").code == "invalid_training_file"


def test_every_branch_has_a_code_of_its_own():
    branches = [TuneportError, *TuneportError.__subclasses__(), DataError]

    codes = [branch.default_code for branch in branches]

    assert len(set(codes)) == len(codes)
