import os
from pathlib import Path

import pytest

from tuneport.core import NotFound, StorageFull
from tuneport.store import Blobs


def test_finished_blob_has_the_bytes_under_its_id(tmp_path: Path):
    blobs = Blobs(tmp_path)

    with blobs.new("file-a") as writer:
        writer.write(b"one")
        writer.write(b"two")
        writer.finish()

    assert blobs.path("file-a").read_bytes() == b"onetwo"
    assert writer.n_bytes == 6


def test_unfinished_blob_leaves_nothing(tmp_path: Path):
    blobs = Blobs(tmp_path)

    with blobs.new("file-a") as writer:
        writer.write(b"one")

    assert os.listdir(tmp_path) == []


def test_full_disk_is_storage_full_and_leaves_nothing(tmp_path: Path):
    blobs = Blobs(tmp_path)
    (tmp_path / ".file-a.partial").symlink_to("/dev/full")

    with pytest.raises(StorageFull, match="disk is full"), blobs.new("file-a") as writer:
        writer.write(b"one")

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("blob_id", ["../secret", "file-../x", "/etc/passwd", "file-", "file-a\n", ".file-a.partial"])
def test_id_that_could_name_another_path_is_not_found(tmp_path: Path, blob_id: str):
    blobs = Blobs(tmp_path / "files")

    with pytest.raises(NotFound):
        blobs.path(blob_id)


def test_only_recorded_blobs_stay_at_a_start(tmp_path: Path):
    for name in ["file-kept", "file-orphan", ".file-half.partial"]:
        (tmp_path / name).write_bytes(b"x")

    Blobs(tmp_path).delete_all_but({"file-kept"})

    assert os.listdir(tmp_path) == ["file-kept"]
