from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneport.store import Database, FileRow, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Two projects with a file each."""
    database = open_database(tmp_path / "tuneport.db")
    for name in ("a", "b"):
        with database.of_project(f"proj_{name}").write() as session:
            session.add(FileRow(id=f"file-{name}", created_at=1, filename="x", purpose="batch", n_bytes=1))
    yield database
    database.close()
