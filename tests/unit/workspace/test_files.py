import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import InvalidRequest, StorageFull, SystemClock
from tuneport.store import Blobs, open_database
from tuneport.workspace import Files, PageRequest


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    settings = Settings(home=tmp_path, max_upload_bytes=10)
    database = open_database(settings.database)
    yield Files(database.of_project(DEFAULT_PROJECT), Blobs(settings.files), settings, SystemClock())
    database.close()


@pytest.mark.requirement("R1.2", "R7.3")
def test_file_beyond_the_limit_is_refused_and_leaves_nothing(files: Files, tmp_path: Path):
    with pytest.raises(InvalidRequest, match="larger than 10 bytes") as caught:
        write(files, b"12345", b"678901")

    assert caught.value.code == "file_too_large"
    assert os.listdir(tmp_path / "files") == []


def test_file_of_just_the_limit_is_kept(files: Files):
    assert write(files, b"12345", b"67890").n_bytes == 10


def test_full_disk_leaves_neither_record_nor_bytes(files: Files, tmp_path: Path):
    with pytest.raises(StorageFull, match="disk is full"):
        write(files, b"12345", on_full_disk_in=tmp_path / "files")

    assert files.list(PageRequest()).items == ()
    assert os.listdir(tmp_path / "files") == []


def write(files: Files, *chunks: bytes, on_full_disk_in: Path | None = None):
    upload = files.upload()
    if on_full_disk_in is not None:
        (on_full_disk_in / f".{upload.id}.partial").symlink_to("/dev/full")
    with upload:
        for chunk in chunks:
            upload.write(chunk)
        return upload.finish(filename="rows.jsonl", purpose="fine-tune")
