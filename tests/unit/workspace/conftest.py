from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.store import Database, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "tuneport.db")
    yield database
    database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
