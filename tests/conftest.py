"""What several tiers of tests share."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

import hypothesis
import pytest

from tiny_model import write_tiny_model
from tuneport.catalog import find_model, is_pulled, model_folder, pull
from tuneport.catalog.record import TEMPLATES
from tuneport.config import Settings
from tuneport.core import spin_while_waiting

REPOSITORY = Path(__file__).parents[1]
BASE_MODEL = "smollm2-135m-instruct"
EMBEDDING_MODEL = "all-minilm-l6-v2"

# Tests compute beside servers, trainers and engines that they started.
spin_while_waiting(0)
# How long an example takes says how busy the machine is, nothing else.
hypothesis.settings.register_profile("random", deadline=None)
# The same tree gives the same result; `make fuzz` looks for new examples.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """A folder `models` with the real base model in it, kept between runs; link or copy it into a test's home.

    `TUNEPORT_TEST_MODELS` names another; the model is pulled if it is not there, or was pulled with another template.
    """
    folder = Path(os.environ.get("TUNEPORT_TEST_MODELS") or REPOSITORY / ".cache" / "models").resolve()
    if folder.name != "models":
        pytest.exit(f"TUNEPORT_TEST_MODELS is {str(folder)!r}; its last part must be 'models'.", returncode=2)
    settings = Settings(home=folder.parent)
    model = find_model(BASE_MODEL, settings)
    if is_pulled(model, settings) and not _has_current_template(model_folder(model, settings), model.chat_template):
        shutil.rmtree(model_folder(model, settings))
    pull(BASE_MODEL, settings, on_progress=lambda progress: None)
    return folder


@pytest.fixture(scope="session")
def base_model_dir(models_dir: Path) -> Path:
    """The files of SmolLM2-135M-Instruct."""
    return models_dir / BASE_MODEL


@pytest.fixture(scope="session")
def embedding_model_dir(models_dir: Path) -> Path:
    """The files of all-MiniLM-L6-v2, pulled if they are not there."""
    pull(EMBEDDING_MODEL, Settings(home=models_dir.parent), on_progress=lambda progress: None)
    return models_dir / EMBEDDING_MODEL


@pytest.fixture(scope="session")
def tiny_model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer model with random weights and a tokenizer of bytes."""
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


def _has_current_template(folder: Path, template: str | None) -> bool:
    return template is None or filecmp.cmp(folder / "chat_template.jinja", TEMPLATES / template, shallow=False)
