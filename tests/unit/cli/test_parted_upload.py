"""A file that goes up in parts."""

import pytest

from fake_wire import error_response
from tuneport.cli import data_files
from tuneport.cli.data_files import upload_file
from tuneport.cli.parted_upload import upload_in_parts
from tuneport.core import StorageFull


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"0123456789")
    return path


@pytest.fixture
def parted_server(server):
    server.on("POST uploads", {"id": "upload_1"})
    server.on("POST uploads/upload_1/parts", {"id": "part_1"}, {"id": "part_2"}, {"id": "part_3"})
    server.on("POST uploads/upload_1/complete", {"file": {"id": "file-1"}})
    server.on("POST uploads/upload_1/cancel", {"status": "cancelled"})
    return server


def test_the_parts_have_all_bytes_in_order_and_are_told_of(parted_server, client, path):
    sent = []

    file = upload_in_parts(client, path, sent.append, part_bytes=4)

    assert file == {"id": "file-1"}
    assert sent == [4, 8, 10]
    for body, part in zip(
        parted_server.asked("POST", "uploads/upload_1/parts"), (b"0123", b"4567", b"89"), strict=True
    ):
        assert b"\r\n\r\n" + part + b"\r\n--" in body
    assert parted_server.asked("POST", "uploads")[0]["bytes"] == 10
    assert parted_server.asked("POST", "uploads/upload_1/complete") == [{"part_ids": ["part_1", "part_2", "part_3"]}]


def test_an_upload_that_fails_in_the_middle_leaves_nothing(parted_server, client, path):
    full = error_response(507, "The disk is full.", "storage_full")
    parted_server.on("POST uploads/upload_1/parts", {"id": "part_1"}, full)

    with pytest.raises(StorageFull):
        upload_in_parts(client, path, lambda n_sent: None, part_bytes=4)

    assert parted_server.requests[-1][:2] == ("POST", "uploads/upload_1/cancel")


@pytest.mark.parametrize(("most", "asked"), [(9, "uploads/upload_1/complete"), (10, "files")])
def test_only_a_file_that_no_request_can_hold_goes_in_parts(
    parted_server, client, screen, path, monkeypatch, most, asked
):
    monkeypatch.setattr(data_files, "ONE_REQUEST_BYTES", most)
    parted_server.on("POST files", {"id": "file-1"})

    assert upload_file(client, screen, path) == "file-1"
    assert parted_server.requests[-1][:2] == ("POST", asked)
