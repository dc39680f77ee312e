"""New files of the data desk: named, kept whole or not at all, and the old one untouched."""

import json
import os
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import DataError, QuotaExceeded
from tuneport.store import Blobs, Database
from tuneport.workspace import ConvertOptions, Files, PageRequest, SplitOptions
from tuneport.workspace.data_desk import DataDesk

TABLE = b"question,answer\n" + b"".join(b"q%d,a\n" % number for number in range(20))
ROWS = b"".join(json.dumps({"prompt": str(number), "completion": "x"}).encode() + b"\n" for number in range(20))


@pytest.fixture
def files(database: Database, clock: FakeClock, tmp_path: Path) -> Files:
    settings = Settings(home=tmp_path, max_project_bytes=2500)
    return Files(database.of_project(DEFAULT_PROJECT), Blobs(settings.files), settings, clock)


@pytest.fixture
def desk(files: Files) -> DataDesk:
    return DataDesk(files)


def keep(files: Files, content: bytes, name: str = "rows.jsonl", purpose: str = "fine-tune") -> str:
    with files.upload() as upload:
        upload.write(content)
        return upload.finish(filename=name, purpose=purpose).id


def names(files: Files) -> set[str]:
    return {file.filename for file in files.list(PageRequest()).items}


def test_a_converted_file_is_a_new_one_for_the_same_purpose(files: Files, desk: DataDesk):
    source = keep(files, TABLE, "my.table.csv", "user_data")

    report, made = desk.convert(source, ConvertOptions())

    assert made is not None
    assert (made.filename, made.purpose) == ("my.table.converted.jsonl", "user_data")
    assert len(files.path(made.id).read_bytes().splitlines()) == report.n_rows == 20
    assert files.path(source).read_bytes() == TABLE


def test_nothing_is_kept_where_no_record_became_a_row(files: Files, desk: DataDesk, tmp_path: Path):
    source = keep(files, b"question,answer\na,\n", "table.csv")

    report, made = desk.convert(source, ConvertOptions())

    assert (made, report.n_refused) == (None, 1)
    assert os.listdir(tmp_path / "files") == [source]


def test_a_split_makes_two_files(files: Files, desk: DataDesk):
    source = keep(files, ROWS)

    report, training, validation = desk.split(source, SplitOptions(validation_rows=5))

    assert (training.filename, validation.filename) == ("rows.train.jsonl", "rows.validation.jsonl")
    assert (report.n_training, report.n_validation) == (15, 5)
    together = files.path(training.id).read_bytes() + files.path(validation.id).read_bytes()
    assert sorted(together.splitlines()) == sorted(ROWS.splitlines())


def test_a_split_without_room_for_both_parts_keeps_neither(files: Files, desk: DataDesk, tmp_path: Path):
    # 2,500 bytes: the source and one half have room, not the other half.
    source = keep(files, ROWS + ROWS.replace(b'": "', b'": "more '))

    with pytest.raises(QuotaExceeded):
        desk.split(source, SplitOptions(validation_share=0.5))

    assert names(files) == {"rows.jsonl"}
    assert os.listdir(tmp_path / "files") == [source]


def test_each_row_once_is_a_new_file(files: Files, desk: DataDesk):
    report, made = desk.dedupe(keep(files, ROWS + ROWS), by="row")

    assert (made.filename, report.n_removed) == ("rows.deduped.jsonl", 20)
    assert files.path(made.id).read_bytes() == ROWS


def test_a_look_at_repairs_keeps_no_file(files: Files, desk: DataDesk):
    source = keep(files, ROWS.replace(b"\n", b",\n"))

    seen, none = desk.fix(source, writes=False)
    report, made = desk.fix(source, writes=True)

    assert none is None
    assert seen == report
    assert made is not None
    assert made.filename == "rows.fixed.jsonl"
    assert names(files) == {"rows.jsonl", "rows.fixed.jsonl"}


def test_a_name_of_the_longest_kind_still_says_what_was_done(files: Files, desk: DataDesk):
    _, made = desk.dedupe(keep(files, ROWS, "n" * 250 + ".json"), by="row")

    assert made.filename.endswith(".deduped.jsonl")
    assert len(made.filename) == 255


def test_a_result_of_a_job_can_be_worked_on(files: Files, desk: DataDesk, database: Database):
    source = keep(files, ROWS)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE files SET purpose = 'fine-tune-results'")

    assert desk.dedupe(source, by="row")[1].purpose == "user_data"


def test_a_file_that_cannot_be_read_leaves_nothing_behind(files: Files, desk: DataDesk, tmp_path: Path):
    source = keep(files, b"\x1f\x8b", "rows.gz")

    with pytest.raises(DataError):
        desk.convert(source, ConvertOptions())

    assert os.listdir(tmp_path / "files") == [source]
