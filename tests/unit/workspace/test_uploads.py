import hashlib
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import Conflict, InvalidRequest, NotFound
from tuneport.store import Blobs, Database, Parts
from tuneport.workspace.file_expiry import clear_parts, expire_uploads
from tuneport.workspace.upload_record import PartedUploadRequest
from tuneport.workspace.uploads import Uploads


@pytest.fixture
def uploads(database: Database, clock: FakeClock, tmp_path: Path) -> Uploads:
    settings = Settings(home=tmp_path, max_part_bytes=10, max_parted_upload_bytes=100)
    parts, blobs = Parts(settings.uploads), Blobs(settings.files)
    return Uploads(database.of_project(DEFAULT_PROJECT), blobs, parts, settings, clock)


def begin(uploads: Uploads, n_bytes: int) -> str:
    return uploads.create(PartedUploadRequest("rows.jsonl", "fine-tune", n_bytes)).id


def add(uploads: Uploads, upload_id: str, content: bytes) -> str:
    with uploads.new_part(upload_id) as part:
        part.write(content)
        return part.finish().id


def files_under(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_parts_become_one_file_in_the_order_given(uploads: Uploads, tmp_path: Path):
    upload_id = begin(uploads, 9)
    late, early = add(uploads, upload_id, b"world"), add(uploads, upload_id, b"hey ")
    digest = hashlib.md5(b"hey world", usedforsecurity=False).hexdigest()

    completed = uploads.complete(upload_id, [early, late], md5=digest.upper())

    assert completed.file is not None
    assert (completed.status, completed.file.n_bytes, completed.file.filename) == ("completed", 9, "rows.jsonl")
    assert (tmp_path / "files" / completed.file.id).read_bytes() == b"hey world"
    assert files_under(tmp_path / "uploads") == []


def test_parts_in_another_order_than_the_md5_are_refused_and_stay(uploads: Uploads, tmp_path: Path):
    upload_id = begin(uploads, 4)
    parts = [add(uploads, upload_id, b"ab"), add(uploads, upload_id, b"cd")]
    digest = hashlib.md5(b"abcd", usedforsecurity=False).hexdigest()

    with pytest.raises(InvalidRequest) as caught:
        uploads.complete(upload_id, parts[::-1], md5=digest)

    assert caught.value.code == "upload_md5_differs"
    assert files_under(tmp_path / "files") == []
    assert uploads.complete(upload_id, parts, md5=digest).status == "completed"


def test_bytes_that_do_not_add_up_are_refused(uploads: Uploads):
    upload_id = begin(uploads, 5)
    part = add(uploads, upload_id, b"abcd")

    with pytest.raises(InvalidRequest, match="4 bytes together, and the upload was created for 5"):
        uploads.complete(upload_id, [part], md5=None)


def test_wrong_and_repeated_part_ids_are_named(uploads: Uploads):
    upload_id = begin(uploads, 4)
    part = add(uploads, upload_id, b"abcd")

    with pytest.raises(InvalidRequest, match=f"'{part}', 'part_x'") as caught:
        uploads.complete(upload_id, [part, part, "part_x"], md5=None)

    assert caught.value.code == "unknown_part"


def test_part_of_another_upload_is_a_wrong_one(uploads: Uploads):
    mine, other = begin(uploads, 4), begin(uploads, 4)
    part = add(uploads, other, b"abcd")

    with pytest.raises(InvalidRequest, match=part):
        uploads.complete(mine, [part], md5=None)


def test_part_beyond_the_limit_is_refused_and_leaves_nothing(uploads: Uploads, tmp_path: Path):
    upload_id = begin(uploads, 50)

    with pytest.raises(InvalidRequest) as caught:
        add(uploads, upload_id, b"12345678901")

    assert caught.value.code == "part_too_large"
    assert files_under(tmp_path / "uploads") == []


def test_bytes_may_come_twice_and_no_more(uploads: Uploads, tmp_path: Path):
    upload_id = begin(uploads, 4)
    first, second = add(uploads, upload_id, b"abcd"), add(uploads, upload_id, b"abcd")

    with pytest.raises(InvalidRequest, match="have 9 bytes with this one") as caught:
        add(uploads, upload_id, b"e")

    assert caught.value.code == "too_many_part_bytes"
    assert set(files_under(tmp_path / "uploads")) == {first, second}
    assert uploads.complete(upload_id, [second], md5=None).status == "completed"


def test_upload_beyond_the_limit_is_refused(uploads: Uploads):
    with pytest.raises(InvalidRequest, match="'bytes' is 101"):
        begin(uploads, 101)


def test_cancelled_upload_leaves_nothing_and_takes_nothing(uploads: Uploads, tmp_path: Path):
    upload_id = begin(uploads, 4)
    add(uploads, upload_id, b"abcd")

    assert uploads.cancel(upload_id).status == "cancelled"

    assert list((tmp_path / "uploads").iterdir()) == []
    with pytest.raises(Conflict, match="'cancelled'"):
        add(uploads, upload_id, b"abcd")


def test_part_that_arrives_while_its_upload_is_cancelled_leaves_nothing(uploads: Uploads, tmp_path: Path):
    upload_id = begin(uploads, 4)
    with uploads.new_part(upload_id) as part:
        part.write(b"abcd")
        uploads.cancel(upload_id)

        with pytest.raises(Conflict, match="'cancelled'"):
            part.finish()

    assert list((tmp_path / "uploads").iterdir()) == []


def test_expired_upload_leaves_nothing_and_takes_nothing(
    uploads: Uploads, database: Database, clock: FakeClock, tmp_path: Path
):
    upload_id = begin(uploads, 4)
    part = add(uploads, upload_id, b"abcd")
    clock.seconds += 3600

    with pytest.raises(Conflict, match="'expired'"):
        uploads.complete(upload_id, [part], md5=None)
    expire_uploads(database, Parts(tmp_path / "uploads"), now=clock.now())

    assert list((tmp_path / "uploads").iterdir()) == []
    with pytest.raises(Conflict, match="'expired'"):
        uploads.cancel(upload_id)


def test_parts_survive_a_restart_and_leftovers_do_not(uploads: Uploads, database: Database, tmp_path: Path):
    upload_id, cancelled = begin(uploads, 4), begin(uploads, 4)
    part = add(uploads, upload_id, b"abcd")
    uploads.cancel(cancelled)
    for leftover in (tmp_path / "uploads" / upload_id / ".part_x.partial", tmp_path / "uploads" / cancelled / "part_y"):
        leftover.parent.mkdir(exist_ok=True)
        leftover.write_bytes(b"x")

    clear_parts(database, Parts(tmp_path / "uploads"))

    assert files_under(tmp_path / "uploads") == [part]
    assert uploads.complete(upload_id, [part], md5=None).status == "completed"


def test_upload_of_another_project_is_not_there(uploads: Uploads, database: Database, tmp_path: Path):
    settings = Settings(home=tmp_path)
    blobs, parts = Blobs(settings.files), Parts(settings.uploads)
    foreign = Uploads(database.of_project("proj_other"), blobs, parts, settings, FakeClock())
    upload_id = begin(foreign, 4)

    with pytest.raises(NotFound, match=upload_id):
        uploads.cancel(upload_id)


class PartsOfAnUploadThatEnds(Parts):
    """Another request ends the upload as soon as its parts are looked for."""

    def end(self) -> None:
        """What that request does."""

    def path(self, upload_id: str, part_id: str) -> Path:
        path = super().path(upload_id, part_id)
        self.end()
        return path


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_upload_that_ends_while_it_is_put_together_is_a_conflict(
    database: Database, clock: FakeClock, tmp_path: Path, status: str
):
    settings = Settings(home=tmp_path)
    own, blobs, parts = database.of_project(DEFAULT_PROJECT), Blobs(settings.files), Parts(settings.uploads)
    other = Uploads(own, blobs, parts, settings, clock)
    upload_id = begin(other, 2)
    part_id = add(other, upload_id, b"ab")
    slow_parts = PartsOfAnUploadThatEnds(settings.uploads)
    slow_parts.end = lambda: (
        other.cancel(upload_id) if status == "cancelled" else other.complete(upload_id, [part_id], md5=None)
    )

    with pytest.raises(Conflict) as caught:
        Uploads(own, blobs, slow_parts, settings, clock).complete(upload_id, [part_id], md5=None)

    assert caught.value.code == f"upload_{status}"
    assert len(files_under(settings.files)) == (status == "completed")


def test_upload_that_is_completed_in_time_is_kept_however_long_it_is_copied(
    database: Database, clock: FakeClock, tmp_path: Path
):
    settings = Settings(home=tmp_path)
    own, blobs = database.of_project(DEFAULT_PROJECT), Blobs(settings.files)
    parts = PartsOfAnUploadThatEnds(settings.uploads)
    uploads = Uploads(own, blobs, parts, settings, clock)
    upload_id = begin(uploads, 2)
    part_id = add(uploads, upload_id, b"ab")

    def copy_past_the_deadline() -> None:
        clock.seconds += 2 * settings.parted_upload_seconds
        expire_uploads(database, parts, now=clock.now())
        with pytest.raises(Conflict, match="'expired'"), uploads.new_part(upload_id):
            pass

    parts.end = copy_past_the_deadline

    completed = uploads.complete(upload_id, [part_id], md5=None)

    assert (completed.status, completed.file and completed.file.n_bytes) == ("completed", 2)
    assert not parts.is_being_read(upload_id)


def test_part_that_comes_too_late_leaves_those_of_its_upload(uploads: Uploads, clock: FakeClock, tmp_path: Path):
    upload_id = begin(uploads, 4)
    in_time = add(uploads, upload_id, b"ab")
    with uploads.new_part(upload_id) as part:
        part.write(b"cd")
        clock.seconds += 3600

        with pytest.raises(Conflict, match="'expired'"):
            part.finish()

    assert files_under(tmp_path / "uploads") == [in_time]
