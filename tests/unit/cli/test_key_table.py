import pytest

from tuneport.cli.key_table import KEY_COLUMNS, duration_seconds, key_row
from tuneport.core import InvalidRequest

KEY = {
    "id": "key_a",
    "name": "ci",
    "hint": "tp-12345",
    "scope": "use",
    "project_id": "proj_default",
    "last_used_day": None,
    "status": "valid",
    "expires_at": None,
}


@pytest.mark.parametrize(("text", "seconds"), [("90m", 5400), ("12h", 43_200), ("30d", 2_592_000)])
def test_time_is_a_number_with_its_unit(text: str, seconds: int):
    assert duration_seconds(text, option="--expires-in") == seconds


@pytest.mark.parametrize("text", ["", "30", "d", "0d", "-1d", "1.5h", "30 d", "1w"])
def test_other_times_are_refused_by_the_option(text: str):
    with pytest.raises(InvalidRequest, match="--expires-in"):
        duration_seconds(text, option="--expires-in")


@pytest.mark.parametrize(
    ("change", "holds"),
    [({}, "until revoked"), ({"status": "revoked"}, "revoked"), ({"status": "expired", "expires_at": 1}, "expired")],
)
def test_row_of_a_key_says_how_long_it_holds(change: dict[str, object], holds: str):
    row = key_row(KEY | change)

    assert len(row) == len(KEY_COLUMNS)
    assert row[-1] == holds


def test_row_of_a_key_says_when_it_was_used():
    assert key_row(KEY)[-2] == "never"
    assert key_row(KEY | {"last_used_day": "2026-08-21"})[-2] == "2026-08-21"
