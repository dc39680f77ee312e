"""Whatever a file holds, its checks and readers answer, and all of them say the same.

TUNEPORT_DATA_CASES says how many files in all are tried.
"""

import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostile_files import PLACES, rows_with_each_value, signs, spoilt_rows, spoilt_text
from judged_file import METHODS, assert_file_is_judged
from seed_rows import SEED_ROWS

N_CASES = int(os.environ.get("TUNEPORT_DATA_CASES", "10000"))

methods = st.sampled_from(METHODS)
seeds = st.integers(0, 2**64 - 1)


def cases(share: float) -> settings:
    return settings(
        max_examples=max(1, round(N_CASES * share)),
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@pytest.fixture
def judge(tmp_path: Path):
    path = tmp_path / "rows.jsonl"

    def judge(content: bytes, method: str) -> None:
        path.write_bytes(content)
        assert_file_is_judged(path, method)

    return judge


@cases(0.1)
@given(content=st.binary(max_size=300), method=methods)
def test_any_bytes_are_judged(judge, content, method):
    judge(content, method)


@cases(0.1)
@given(seed=seeds, method=methods)
def test_signs_in_no_order_are_judged(judge, seed, method):
    judge(signs(Random(seed)), method)


@cases(0.3)
@given(seed=seeds, method=methods)
def test_spoilt_text_is_judged(judge, seed, method):
    judge(spoilt_text(Random(seed)), method)


@cases(0.5)
@given(seed=seeds, method=methods)
def test_rows_with_anything_anywhere_are_judged(judge, seed, method):
    judge(spoilt_rows(Random(seed)), method)


@pytest.mark.parametrize("number", range(len(SEED_ROWS)))
def test_any_value_at_any_place_is_judged(judge, number):
    method = "dpo" if "input" in SEED_ROWS[number] else "supervised"
    for place in PLACES[number]:
        judge(b"\n".join(rows_with_each_value(number, place)), method)
