"""An export is followed to its end, fetched whole, and nothing of it stays on the server, however it ends."""

from __future__ import annotations

from collections import namedtuple
from hashlib import sha256

import httpx
import pytest

from tuneport.cli.export_follow import export_model, require_free_folder
from tuneport.core import InvalidRequest, StorageFull, TrainingFailed

CONTENT = b"weights"
EXPORTS, EXPORT = "tuneport/exports", "tuneport/exports/export_1"
FILE = f"{EXPORT}/files/model.gguf/content"
BODY = {"model": "ft:tiny", "format": "gguf", "quantization": None}


def export(status, **values):
    file = {"name": "model.gguf", "bytes": len(CONTENT), "sha256": sha256(CONTENT).hexdigest()}
    record = {"id": "export_1", "status": status, "stage": None, "expected_bytes": 10, "files": [file], "error": None}
    return {**record, **values}


@pytest.fixture
def good_server(server):
    server.on(f"POST {EXPORTS}", export("queued"))
    server.on(f"GET {EXPORT}", export("running", stage="writing"), export("succeeded"))
    server.on(f"GET {FILE}", httpx.Response(200, content=CONTENT))
    server.on(f"POST {EXPORT}/cancel", export("cancelled"))
    server.on(f"DELETE {EXPORT}", {})
    return server


def follow(client, screen, out, sleep=lambda seconds: None):
    return export_model(client, screen, BODY, out, sleep=sleep)


def was_deleted(server):
    return server.asked("DELETE", EXPORT) != []


def test_its_files_are_fetched_and_the_server_keeps_none(good_server, client, screen, tmp_path):
    record = follow(client, screen, tmp_path / "out")

    assert record["status"] == "succeeded"
    assert (tmp_path / "out" / "model.gguf").read_bytes() == CONTENT
    assert good_server.asked("POST", EXPORTS) == [BODY]
    assert good_server.asked("POST", f"{EXPORT}/cancel") == []
    assert was_deleted(good_server)
    assert "writing" in screen.text


def test_one_that_failed_says_why_and_leaves_no_folder(good_server, client, screen, tmp_path):
    error = {"message": "The answers differ.", "code": "parity_mismatch"}
    good_server.on(f"GET {EXPORT}", export("failed", error=error))

    with pytest.raises(TrainingFailed, match="The answers differ") as raised:
        follow(client, screen, tmp_path / "out")

    assert raised.value.code == "parity_mismatch"
    assert not (tmp_path / "out").exists()
    assert was_deleted(good_server)


def test_one_that_another_user_cancelled_says_so(good_server, client, screen, tmp_path):
    good_server.on(f"GET {EXPORT}", export("cancelled"))

    with pytest.raises(TrainingFailed, match="was cancelled"):
        follow(client, screen, tmp_path / "out")


def test_the_users_interrupt_ends_the_work_on_the_server(good_server, client, screen, tmp_path):
    good_server.on(f"GET {EXPORT}", export("running"))

    def interrupt(seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(client, screen, tmp_path / "out", sleep=interrupt)

    assert len(good_server.asked("POST", f"{EXPORT}/cancel")) == 1
    assert was_deleted(good_server)


def test_a_file_that_arrives_otherwise_than_it_was_written_is_refused(good_server, client, screen, tmp_path):
    good_server.on(f"GET {FILE}", httpx.Response(200, content=b"weightz"))

    with pytest.raises(TrainingFailed, match="arrived with the hash") as raised:
        follow(client, screen, tmp_path / "out")

    assert raised.value.code == "export_damaged"
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_ends_it_before_the_work(good_server, client, screen, tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage(free=9))
    good_server.on(f"GET {EXPORT}", export("running"))

    with pytest.raises(StorageFull, match="9 bytes are free"):
        follow(client, screen, tmp_path / "out")

    assert len(good_server.asked("POST", f"{EXPORT}/cancel")) == 1
    assert was_deleted(good_server)


def test_only_a_new_folder_or_an_export_that_may_be_replaced_is_taken(tmp_path):
    empty, old, other = (tmp_path / name for name in ("empty", "old", "other"))
    for folder in (empty, old, other):
        folder.mkdir()
    (old / "tuneport-export.json").touch()
    (other / "notes.txt").touch()

    require_free_folder(tmp_path / "new", replaces=False)
    require_free_folder(empty, replaces=False)
    require_free_folder(old, replaces=True)
    for out, replaces, message in (
        (old, False, "--force"),
        (other, True, "no export of ours"),
        (other / "notes.txt", True, "no export of ours"),
        (tmp_path / "no" / "new", False, "Make it first"),
    ):
        with pytest.raises(InvalidRequest, match=message):
            require_free_folder(out, replaces=replaces)
