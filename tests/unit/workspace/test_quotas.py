import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import DataError, QuotaExceeded
from tuneport.jobs import JobStatus, find_job_row
from tuneport.store import Blobs, Database, Parts, open_database
from tuneport.workspace import Files, JobRequest, Jobs
from tuneport.workspace.preparation import JobPreparation
from tuneport.workspace.upload_record import PartedUploadRequest
from tuneport.workspace.uploads import Uploads

BASE = "smollm2-135m-instruct"
ROW = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n'


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "tuneport.db")
    yield database
    database.close()


class Home:
    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database.of_project(DEFAULT_PROJECT)
        self.blobs = Blobs(settings.files)
        self.settings = settings
        self.files = Files(self.database, self.blobs, settings, FakeClock())
        self.jobs = Jobs(self.database, settings, FakeClock(), lambda: None)

    def upload(self, content: bytes) -> str:
        with self.files.upload() as upload:
            upload.write(content)
            return upload.finish(filename="a", purpose="fine-tune").id

    def tune(self, file_id: str):
        return self.jobs.create(JobRequest(model=BASE, training_file=file_id))


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Callable[..., Home]:
    return lambda **settings: Home(database, Settings(home=tmp_path, **settings))


@pytest.mark.requirement("R3.5")
def test_files_of_a_project_have_room_together(home: Callable[..., Home], tmp_path: Path):
    full = home(max_project_bytes=10)
    first = full.upload(b"123456")

    with pytest.raises(QuotaExceeded, match="have 6 bytes, and with 5 more") as caught:
        full.upload(b"12345")

    assert caught.value.code == "quota_exceeded"
    assert os.listdir(tmp_path / "files") == [first]
    full.files.delete(first)
    full.upload(b"12345")


def test_projects_do_not_take_each_others_room(home: Callable[..., Home], database: Database, tmp_path: Path):
    settings = Settings(home=tmp_path, max_project_bytes=10)
    home(max_project_bytes=10).upload(b"1234567890")

    other = Files(database.of_project("proj_b"), Blobs(settings.files), settings, FakeClock())
    with other.upload() as upload:
        upload.write(b"1234567890")
        assert upload.finish(filename="a", purpose="batch").n_bytes == 10


def test_upload_in_parts_has_its_room_from_the_start(home: Callable[..., Home], tmp_path: Path):
    full = home(max_project_bytes=10)
    uploads = Uploads(full.database, full.blobs, Parts(full.settings.uploads), full.settings, FakeClock())
    upload_id = uploads.create(PartedUploadRequest("a", "fine-tune", 8)).id

    with pytest.raises(QuotaExceeded, match="have 8 bytes, and with 3 more") as caught:
        uploads.create(PartedUploadRequest("b", "fine-tune", 3))
    assert caught.value.param == "bytes"
    with pytest.raises(QuotaExceeded, match="have 8 bytes, and with 3 more"):
        full.upload(b"123")

    with uploads.new_part(upload_id) as part:
        part.write(b"12345678")
        part_id = part.finish().id
    uploads.complete(upload_id, [part_id], md5=None)
    full.upload(b"12")


@pytest.mark.requirement("R3.5")
def test_only_so_many_jobs_wait(home: Callable[..., Home]):
    few = home(max_waiting_jobs=2)
    file_id = few.upload(ROW)
    jobs = [few.tune(file_id) for _ in range(2)]

    with pytest.raises(QuotaExceeded, match="2 jobs of this project wait, and 2 may") as caught:
        few.tune(file_id)

    assert caught.value.code == "too_many_waiting_jobs"
    with few.database.write() as session:
        find_job_row(session, jobs[0].id).status = JobStatus.RUNNING
    few.tune(file_id)


def test_warnings_of_a_check_go_to_the_job_one_for_each_code(home: Callable[..., Home], database: Database):
    here = home()
    preparation = JobPreparation(database, here.settings, here.blobs)
    blank = ROW.replace(b'"b"', b'" "')

    checked = preparation.check_files(here.tune(here.upload(ROW * 10 + blank)))

    assert [warning.data["code"] for warning in checked.warnings] == ["repeated_row", "blank_reply"]
    repeated = checked.warnings[0]
    assert (repeated.data["count"], repeated.data["lines"][:3]) == (9, [2, 3, 4])
    assert ": warning repeated_row, 9 times. Line 2: the line is the same as line 1. Keep it once" in repeated.message


def test_job_with_more_rows_than_the_server_takes_fails(home: Callable[..., Home], database: Database):
    small = home(max_training_rows=10)
    preparation = JobPreparation(database, small.settings, small.blobs)

    assert preparation.check_files(small.tune(small.upload(ROW * 10))).n_examples == 10
    with pytest.raises(DataError, match="has 11 rows, and this server takes 10") as caught:
        preparation.check_files(small.tune(small.upload(ROW * 11)))
    assert (caught.value.code, caught.value.param) == ("too_many_rows", "training_file")
