from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import Conflict, InvalidRequest, NotFound
from tuneport.jobs import NewJob, add_job, cancel_job
from tuneport.store import Blobs, ComparisonRow, Database
from tuneport.workspace import Files
from tuneport.workspace.file_expiry import remove_expired_files

NAMES = [("../../etc/passwd", "passwd"), ("C:\\rows.jsonl", "rows.jsonl"), ("..", "upload"), ("a" * 255, "a" * 255)]


@pytest.fixture
def files(database: Database, clock: FakeClock, tmp_path: Path) -> Files:
    settings = Settings(home=tmp_path)
    return Files(database.of_project(DEFAULT_PROJECT), Blobs(settings.files), settings, clock)


def keep(files: Files, *, filename: str = "rows.jsonl", lifetime_seconds: int | None = None):
    with files.upload() as upload:
        upload.write(b"{}\n")
        return upload.finish(filename=filename, purpose="fine-tune", lifetime_seconds=lifetime_seconds)


def clean(database: Database, clock: FakeClock, tmp_path: Path) -> None:
    remove_expired_files(database, Blobs(tmp_path / "files"), now=clock.now())


def test_file_is_removed_when_its_time_is_over_and_not_before(
    files: Files, database: Database, clock: FakeClock, tmp_path: Path
):
    file, kept = keep(files, lifetime_seconds=3600), keep(files)
    clock.seconds += 3599
    clean(database, clock, tmp_path)
    is_there_before = files.path(file.id).exists()

    clock.seconds += 1
    clean(database, clock, tmp_path)

    assert (is_there_before, file.expires_at) == (True, 1_000_000 + 3600)
    with pytest.raises(NotFound, match=file.id):
        files.find(file.id)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [kept.id]


def test_expired_file_stays_until_its_job_has_ended(files: Files, database: Database, clock: FakeClock, tmp_path: Path):
    file = keep(files, lifetime_seconds=3600)
    new = NewJob(base_model="tiny", training_file=file.id, validation_file=None, seed=7, organization="local")
    with database.of_project(DEFAULT_PROJECT).write() as session:
        job = add_job(session, new, at=clock.now())
    clock.seconds += 4000
    clean(database, clock, tmp_path)
    is_there_before = files.path(file.id).exists()

    with database.write() as session:
        cancel_job(session, job.id, at=clock.now())
    clean(database, clock, tmp_path)

    assert is_there_before
    assert list((tmp_path / "files").iterdir()) == []


def test_expired_file_stays_while_a_comparison_waits_for_it(
    files: Files, database: Database, clock: FakeClock, tmp_path: Path
):
    file = keep(files, lifetime_seconds=3600)
    asked = {"training_file": "file-a", "validation_file": file.id, "base_model": "tiny", "tuned_model": "tiny"}
    with database.of_project(DEFAULT_PROJECT).write() as session:
        session.add(ComparisonRow(id="cmp_a", created_at=1, status="queued", few_shot_rows=5, seed=0, **asked))
    clock.seconds += 4000

    clean(database, clock, tmp_path)

    assert files.path(file.id).exists()


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_name_of_a_file_holds_no_path(files: Files, given: str, kept: str):
    assert keep(files, filename=given).filename == kept


@pytest.mark.parametrize("name", ["rows\x00.jsonl", "a" * 300, "rows\n.jsonl"])
def test_name_that_no_disk_takes_is_refused_and_nothing_is_kept(files: Files, name: str, tmp_path: Path):
    with pytest.raises(InvalidRequest) as caught:
        keep(files, filename=name)

    assert (caught.value.code, list((tmp_path / "files").iterdir())) == ("invalid_filename", [])


def test_file_whose_bytes_are_still_on_their_way_has_no_content(files: Files, database: Database):
    file = keep(files)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE files SET status = 'uploaded'")

    with pytest.raises(Conflict, match="'uploaded'"):
        files.path(file.id)
