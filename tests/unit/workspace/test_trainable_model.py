from pathlib import Path

import pytest

from ending_model import DAY, ENDING_DATE, home_with_ending_model
from tuneport.config import Settings
from tuneport.core import InvalidRequest
from tuneport.workspace.trainable_model import trainable_model


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home folder whose owner gave a model its last day."""
    return home_with_ending_model(tmp_path, deprecation=ENDING_DATE)


@pytest.mark.requirement("R7.3")
def test_no_job_is_made_on_a_base_model_from_its_last_day_on(settings: Settings):
    assert trainable_model("old", "supervised", settings, at=DAY - 1) == "old"

    with pytest.raises(InvalidRequest, match="not offered for new jobs since 2027-01-06") as caught:
        trainable_model("old", "supervised", settings, at=DAY)

    assert caught.value.code == "model_deprecated"
    assert str(settings.models / "old" / "model.json") in caught.value.message


@pytest.mark.requirement("R7.3")
def test_a_base_model_is_tuned_by_its_own_methods_alone(settings: Settings):
    with pytest.raises(InvalidRequest, match="makes embeddings"):
        trainable_model("all-minilm-l6-v2", "supervised", settings, at=DAY)
