import pytest

from tuneport.core import InvalidRequest
from tuneport.train.parallel import check_gpus


def test_more_processes_than_gpus_are_refused_with_how_many_there_may_be():
    with pytest.raises(InvalidRequest, match=r"4 processes .* 2 GPU\(s\).*Set 'training_processes' to 2") as refused:
        check_gpus(2, 4)

    assert refused.value.code == "too_few_gpus"


@pytest.mark.parametrize(("n_gpus", "n_processes"), [(0, 4), (2, 2), (4, 2), (1, 1)])
def test_processes_on_cpus_or_with_a_gpu_each_are_fine(n_gpus, n_processes):
    check_gpus(n_gpus, n_processes)
