import pytest

from tuneport.api.sound_json import require_sound_json
from tuneport.core import InvalidRequest


@pytest.mark.parametrize(
    "body",
    [
        rb'"\ud800"',
        rb'"\ude00"',
        rb'"\uD83D \uDE00"',
        rb'"\ud83d\u0041"',
        rb'"\ud83d\ude00\ude00"',
        rb'"\\\ud800"',
        rb'"\\ud83d\ude00"',
        b'{"a": NaN}',
        b"[1, -Infinity]",
    ],
)
def test_half_of_a_pair_and_what_is_no_number_are_refused(body: bytes):
    with pytest.raises(InvalidRequest) as caught:
        require_sound_json(body)

    assert caught.value.code == "invalid_json"


@pytest.mark.parametrize(
    "body",
    [rb'"\ud83d\ude00\u00e9\n"', rb'"\\ud800"', rb'"\\\\ud800"', b'"NaN and Infinity"', b"1e400", rb'"\u12'],
)
def test_text_and_numbers_pass(body: bytes):
    require_sound_json(body)


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"NaN", b'{"a" NaN', rb'"\u0041' + b"\\", b"\xffNaN"])
def test_other_faults_are_left_to_the_reader(body: bytes):
    require_sound_json(body)
