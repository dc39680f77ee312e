import json
from dataclasses import replace
from pathlib import Path

import pytest

from tuneport.catalog import find_model, model_folder
from tuneport.config import Settings
from tuneport.core import InvalidRequest
from tuneport.workspace.trainable_model import trainable_model

DAY = 1_799_193_600
"""6 January 2027, at midnight in Greenwich."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home folder whose owner gave a model its last day."""
    settings = Settings(home=tmp_path)
    default = find_model(settings.default_model, settings)
    model = replace(default, name="old", aliases=(), deprecation="2027-01-06")
    model_folder(model, settings).mkdir(parents=True)
    (model_folder(model, settings) / "model.json").write_text(json.dumps(model.to_json()))
    return settings


@pytest.mark.requirement("R7.3")
def test_no_job_is_made_on_a_base_model_from_its_last_day_on(settings: Settings):
    assert trainable_model("old", "supervised", settings, at=DAY - 1) == "old"

    with pytest.raises(InvalidRequest, match="not offered for new jobs since 2027-01-06") as caught:
        trainable_model("old", "supervised", settings, at=DAY)

    assert caught.value.code == "model_deprecated"


@pytest.mark.requirement("R7.3")
def test_a_base_model_is_tuned_by_its_own_methods_alone(settings: Settings):
    with pytest.raises(InvalidRequest, match="makes embeddings"):
        trainable_model("all-minilm-l6-v2", "supervised", settings, at=DAY)
