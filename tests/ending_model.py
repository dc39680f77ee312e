"""A home folder whose owner said when a base model ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tuneport.catalog import find_model, model_folder
from tuneport.config import Settings

ENDING_MODEL = "old"
ENDING_DATE = "2027-01-06"
DAY = 1_799_193_600
"""`ENDING_DATE`, at midnight in Greenwich."""


def home_with_ending_model(home: Path, *, deprecation: str | None = None, shutdown: str | None = None) -> Settings:
    settings = Settings(home=home)
    default = find_model(settings.default_model, settings)
    model = replace(default, name=ENDING_MODEL, aliases=(), deprecation=deprecation, shutdown=shutdown)
    model_folder(model, settings).mkdir(parents=True)
    (model_folder(model, settings) / "model.json").write_text(json.dumps(model.to_json()))
    return settings
