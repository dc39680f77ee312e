from pathlib import Path

import pytest

from tiny_exports import RunsOfKinds, write_base_model


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base_model(tmp_path_factory.mktemp("exported") / "base")


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory, base_folder: Path) -> RunsOfKinds:
    return RunsOfKinds(tmp_path_factory.mktemp("runs"), base_folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to export to."""
    target = tmp_path / "export"
    target.mkdir()
    return target
