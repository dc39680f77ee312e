import pytest

from tuneport.cli.human_numbers import count_text, duration_text, plural, share_text, size_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (950, "950"),
        (65_000, "65,000"),
        (1_200_000, "1.2 million"),
        (2_000_000, "2 million"),
        (34_567_890_123, "35 billion"),
    ],
)
def test_counts_read_as_people_say_them(count, text):
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (92_871_040, "93 MB"), (2_600_000_000, "2.6 GB"), (9_960_000_000, "10 GB")],
)
def test_sizes_are_in_decimal_units(n_bytes, text):
    assert size_text(n_bytes) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (0.42, "0.4 s"), (45, "45 s"), (89, "89 s"), (240, "4 min"), (7800, "2 h 10 min"), (7200, "2 h")],
)
def test_durations_have_one_unit_or_hours_and_minutes(seconds, text):
    assert duration_text(seconds) == text


def test_shares_are_whole_per_cent():
    assert share_text(0.917) == "92 %"


def test_one_thing_is_singular_and_others_are_plural():
    assert [plural(count, "row") for count in (0, 1, 320)] == ["0 rows", "1 row", "320 rows"]
