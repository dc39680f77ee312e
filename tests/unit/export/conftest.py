from collections.abc import Callable
from pathlib import Path

import pytest

from tiny_exports import train_kind, write_base_model
from tuneport.config import RunFolder


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base_model(tmp_path_factory.mktemp("exported") / "base")


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory, base_folder: Path) -> Callable[[str], RunFolder]:
    """Give the finished run of a kind, trained once."""
    runs: dict[str, RunFolder] = {}

    def give(kind: str) -> RunFolder:
        if kind not in runs:
            runs[kind] = train_kind(tmp_path_factory.mktemp("run") / "run", base_folder, kind)
        return runs[kind]

    return give


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to export to."""
    target = tmp_path / "export"
    target.mkdir()
    return target
