"""No bytes make the desk's works fail otherwise than by saying what is wrong with the file."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.seed_files import seed_files
from hostile_files import signs, spoilt, spoilt_rows, spoilt_text
from made_files import SOURCES, assert_file_is_converted, assert_file_is_deduped, assert_file_is_repaired

SPEECH = (
    b"Ann: x\n",
    b"Bob: y\n",
    b"WEBVTT\n\n",
    b"00:01.000 --> 00:02.000\n",
    b"<v Ann>",
    b"question,answer\n",
    b"a;b",
)


SEED_FILES = tuple(seed_files())


def by_chance(seed: int) -> bytes:
    random = Random(seed)
    if random.random() < 0.4:
        return spoilt(random.choice(SEED_FILES), random)
    return random.choice((signs, spoilt_text, spoilt_rows))(random)


any_content = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(SPEECH), max_size=20).map(b"".join),
    st.integers(0, 2**64 - 1).map(by_chance),
)
any_file = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)


@any_file
@given(content=any_content)
def test_any_bytes_can_be_repaired_or_are_refused(write, content):
    assert_file_is_repaired(write(content))


@any_file
@given(content=any_content)
def test_any_bytes_can_be_deduped_or_are_refused(write, content):
    assert_file_is_deduped(write(content))


@pytest.mark.parametrize("source", SOURCES)
@any_file
@given(content=any_content)
def test_any_bytes_can_be_converted_or_are_refused(write, source, content):
    assert_file_is_converted(write(content), source)
