"""New files are fetched whole, and never over another one."""

import os
import zipfile
from pathlib import Path

import httpx
import pytest

from tuneport.cli.made_files import as_one_file, fetch_made_files, require_free
from tuneport.core import DataError, InvalidRequest, NotFound


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("{}\n")
    return path


def test_a_free_name_is_good(source, tmp_path):
    require_free([source], tmp_path / "new.jsonl", replaces=False)


def test_a_file_that_is_there_is_replaced_only_when_told(source, tmp_path):
    target = tmp_path / "old.jsonl"
    target.touch()

    with pytest.raises(InvalidRequest, match="is there already"):
        require_free([source], target, replaces=False)
    require_free([source], target, replaces=True)


def test_the_file_to_be_read_is_never_replaced(source, tmp_path):
    link = tmp_path / "link.jsonl"
    link.symlink_to(source)

    for target in (source, link):
        with pytest.raises(InvalidRequest, match="to be read"):
            require_free([source], target, replaces=True)


def test_of_several_files_to_be_read_none_is_replaced(source, tmp_path):
    validation = tmp_path / "validation.jsonl"
    validation.hardlink_to(source)

    with pytest.raises(InvalidRequest, match="to be read"):
        require_free([tmp_path, validation], source, replaces=True)


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(source):
    with pytest.raises(InvalidRequest, match="No file can be made in the folder of /proc"):
        require_free([source], Path("/proc/new.jsonl"), replaces=False)


def test_a_name_without_a_folder_or_given_twice_is_refused(source, tmp_path):
    with pytest.raises(InvalidRequest, match="is not there"):
        require_free([source], tmp_path / "no" / "new.jsonl", replaces=False)
    with pytest.raises(InvalidRequest, match="named twice"):
        require_free([source], tmp_path / "a", tmp_path / "." / ".." / tmp_path.name / "a", replaces=False)


def test_a_new_file_is_fetched_and_the_server_forgets_it(client, server, tmp_path):
    server.on("GET files/file-1/content", httpx.Response(200, content=b"rows"))
    server.on("DELETE files/file-1", {"deleted": True})

    fetch_made_files(client, {"file-1": tmp_path / "new.jsonl"})

    assert (tmp_path / "new.jsonl").read_bytes() == b"rows"
    assert server.requests[-1][:2] == ("DELETE", "files/file-1")


def test_a_file_that_cannot_be_fetched_leaves_the_old_one(client, server, tmp_path):
    server.on("DELETE files/file-1", {"deleted": True})
    target = tmp_path / "old.jsonl"
    target.write_text("old")

    with pytest.raises(NotFound):
        fetch_made_files(client, {"file-1": target})

    assert [path.name for path in tmp_path.iterdir()] == ["old.jsonl"]
    assert target.read_text() == "old"


def test_a_folder_travels_as_a_zip_and_a_file_as_it_is(source, tmp_path):
    (tmp_path / "calls" / "may").mkdir(parents=True)
    (tmp_path / "calls" / "may" / "1.txt").write_text("Ann: a")

    with as_one_file(source) as file:
        assert file == source
    with as_one_file(tmp_path / "calls") as packed:
        assert zipfile.ZipFile(packed).namelist() == ["may/1.txt"]
    assert not packed.exists()


def test_of_a_folder_only_transcripts_travel_and_nothing_hidden_or_linked(source, tmp_path):
    calls = tmp_path / "calls"
    (calls / ".git").mkdir(parents=True)
    for name in (".env", ".secret.txt", ".git/notes.txt", "key.pem", "1.TXT", "2.vtt", "3.md"):
        (calls / name).write_text("Ann: a")
    (calls / "link.txt").symlink_to(source)
    (calls / "folder").symlink_to(tmp_path)
    os.utime(calls / "1.TXT", (0, 0))

    with as_one_file(calls) as packed:
        assert zipfile.ZipFile(packed).namelist() == ["1.TXT", "2.vtt", "3.md"]


def test_a_folder_without_transcripts_is_refused(tmp_path):
    (tmp_path / ".env").write_text("KEY=1")

    with pytest.raises(DataError, match="has no file that ends in"), as_one_file(tmp_path):
        pass


def test_the_server_keeps_none_of_its_new_files_where_the_first_cannot_be_fetched(client, server, tmp_path):
    for file_id in ("file-1", "file-2"):
        server.on(f"DELETE files/{file_id}", {"deleted": True})

    with pytest.raises(NotFound):
        fetch_made_files(client, {"file-1": tmp_path / "a", "file-2": tmp_path / "b"})

    assert {request[1] for request in server.requests if request[0] == "DELETE"} == {"files/file-1", "files/file-2"}
