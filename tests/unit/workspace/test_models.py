from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import InvalidRequest
from tuneport.store import Database
from tuneport.workspace import Models


def test_a_base_model_that_shall_be_deleted_says_how_its_disk_is_freed(
    database: Database, clock: FakeClock, tmp_path: Path
):
    settings = Settings(home=tmp_path)
    models = Models(database.of_project(DEFAULT_PROJECT), settings, clock)

    with pytest.raises(InvalidRequest, match="To free its disk") as caught:
        models.delete(settings.default_model)

    assert str(settings.models / settings.default_model) in caught.value.message
