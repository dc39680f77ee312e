from pathlib import Path

import pytest

from fake_clock import FakeClock
from guarded_app import guarded
from tuneport.api.limits import TokenBuckets

LIMIT, LEFT, RESET = (f"x-ratelimit-{name}-requests" for name in ("limit", "remaining", "reset"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_bucket_gives_a_minutes_requests_and_then_makes_wait(clock: FakeClock):
    buckets = TokenBuckets(clock)

    taken = [buckets.take("key_a", 2) for _ in range(3)]

    assert [allowance.remaining for allowance in taken] == [1, 0, 0]
    assert [allowance.wait_seconds for allowance in taken] == [0, 0, 30]
    assert taken[-1].reset_seconds == 60


def test_bucket_fills_again_by_the_clock(clock: FakeClock):
    buckets = TokenBuckets(clock)
    for _ in range(2):
        buckets.take("key_a", 2)

    clock.seconds += 29
    early = buckets.take("key_a", 2)
    clock.seconds += 1
    in_time = buckets.take("key_a", 2)
    clock.seconds += 600
    later = buckets.take("key_a", 2)

    assert [early.wait_seconds, in_time.wait_seconds, later.wait_seconds] == [1, 0, 0]
    assert later.remaining == 1


def test_keys_have_a_bucket_each(clock: FakeClock):
    buckets = TokenBuckets(clock)

    answers = [buckets.take(key, 1).wait_seconds for key in ("key_a", "key_b", "key_a")]

    assert answers == [0, 0, 60]


def test_clock_that_is_set_back_neither_fills_nor_empties(clock: FakeClock):
    buckets = TokenBuckets(clock)
    buckets.take("key_a", 4)

    clock.seconds -= 3600

    assert buckets.take("key_a", 4).remaining == 2


def test_key_beyond_its_limit_is_told_when_to_come_back(tmp_path: Path):
    with guarded(tmp_path, requests_per_minute=2) as door:
        key = door.key()
        first, _, third = [door.ask("GET", "/v1/files", key) for _ in range(3)]
        other = door.ask("GET", "/v1/files", door.key())

    assert (first.headers[LIMIT], first.headers[LEFT], first.headers[RESET]) == ("2", "1", "30s")
    assert (third.status_code, third.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert (third.headers["retry-after"], third.headers[RESET]) == ("30", "1m0s")
    assert "x-should-retry" not in third.headers
    assert other.status_code == 200


def test_commands_of_the_owner_are_not_counted(tmp_path: Path):
    with guarded(tmp_path, requests_per_minute=1) as door:
        door.key()
        answers = [door.ask("GET", "/v1/files", door.workspace.callers.owner_key) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert LIMIT not in answers[0].headers


def test_requests_without_keys_are_limited_only_if_the_owner_wants_it(tmp_path: Path):
    with guarded(tmp_path / "a", requests_per_minute=1) as door:
        free = [door.ask("GET", "/v1/files").status_code for _ in range(3)]
    with guarded(tmp_path / "b", requests_per_minute_without_key=1) as door:
        limited = [door.ask("GET", "/v1/files").status_code for _ in range(2)]
        health = door.ask("GET", "/health").status_code

    assert (free, limited, health) == ([200, 200, 200], [200, 429], 200)
