"""Downloads that break, resume and lie."""

from __future__ import annotations

import hashlib

import pytest

from tuneport.catalog.download import Connection, download
from tuneport.core import ModelPullFailed

CONTENT = bytes(range(256)) * 20_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def fetch(url, part, *, sha256=SHA256, on_progress=lambda progress: None):
    download(url, part, total_bytes=len(CONTENT), sha256=sha256, connection=Connection(), on_progress=on_progress)


def test_a_download_reports_its_bytes_up_to_the_last(file_server, tmp_path):
    file_server.files["/model"] = CONTENT
    seen = []

    fetch(f"{file_server.url}/model", tmp_path / "part", on_progress=seen.append)

    assert [progress.bytes_done for progress in seen] == sorted(progress.bytes_done for progress in seen)
    assert (seen[-1].stage, seen[-1].bytes_done, seen[-1].bytes_total) == ("downloading", len(CONTENT), len(CONTENT))


def test_a_download_cut_in_the_middle_goes_on_from_there(file_server, tmp_path):
    file_server.files["/model"] = CONTENT
    file_server.cut_after = 3_000_000

    fetch(f"{file_server.url}/model", tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == CONTENT
    assert len(file_server.ranges) == 2
    assert 0 < int(file_server.ranges[1].removeprefix("bytes=").removesuffix("-")) <= 3_000_000


def test_what_an_earlier_attempt_left_is_not_fetched_again(file_server, tmp_path):
    file_server.files["/model"] = CONTENT
    (tmp_path / "part").write_bytes(CONTENT[:1_000_000])

    fetch(f"{file_server.url}/model", tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == CONTENT
    assert file_server.ranges == ["bytes=1000000-"]


def test_stopping_a_download_keeps_its_bytes(file_server, tmp_path):
    file_server.files["/model"] = CONTENT

    def stop(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(f"{file_server.url}/model", tmp_path / "part", on_progress=stop)

    kept = (tmp_path / "part").read_bytes()
    assert 0 < len(kept) < len(CONTENT)
    assert CONTENT.startswith(kept)


def test_a_wrong_hash_is_refused_with_both_hashes_and_deleted(file_server, tmp_path):
    file_server.files["/model"] = CONTENT
    pinned = "0" * 64

    with pytest.raises(ModelPullFailed, match=f"{SHA256}.*{pinned}") as caught:
        fetch(f"{file_server.url}/model", tmp_path / "part", sha256=pinned)

    assert caught.value.code == "wrong_hash"
    assert not (tmp_path / "part").exists()


def test_a_file_address_is_copied(tmp_path):
    (tmp_path / "a model").write_bytes(CONTENT)

    fetch((tmp_path / "a model").as_uri(), tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == CONTENT


def test_an_address_that_does_not_answer_says_what_to_do(file_server, tmp_path):
    file_server.stop()

    with pytest.raises(ModelPullFailed, match="Check the network and pull again"):
        fetch(f"{file_server.url}/model", tmp_path / "part")


def test_a_missing_certificate_file_is_named(file_server, tmp_path):
    connection = Connection(cert=tmp_path / "none.pem")

    with pytest.raises(ModelPullFailed, match=r"none\.pem"):
        download(
            f"{file_server.url}/model",
            tmp_path / "part",
            total_bytes=1,
            sha256=SHA256,
            connection=connection,
            on_progress=lambda progress: None,
        )
