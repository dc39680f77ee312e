import errno
import os

import pytest

from tuneport.core import JsonLinesWriter, StorageFull, new_folder, read_json_lines, storage_errors, write_atomic


def test_a_file_is_replaced_whole_and_nothing_else_stays(tmp_path):
    path = tmp_path / "record.json"
    write_atomic(path, b"old")

    write_atomic(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_named_and_other_errors_pass(tmp_path):
    with pytest.raises(StorageFull, match="the disk is full"), storage_errors(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError), storage_errors(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_write_to_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "record.json"
    write_atomic(path, b"old")
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    # Linux's own full disk: every write to it fails for want of space.
    partial.symlink_to("/dev/full")

    with pytest.raises(StorageFull):
        write_atomic(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_when_it_is_complete(tmp_path):
    target = tmp_path / "checkpoint"

    with new_folder(target) as partial:
        (partial / "weights").write_bytes(b"1")
        assert not target.exists()

    assert (target / "weights").read_bytes() == b"1"


def test_a_folder_that_could_not_be_filled_leaves_nothing_and_keeps_the_old_one(tmp_path):
    target = tmp_path / "checkpoint"
    with new_folder(target) as partial:
        (partial / "weights").write_bytes(b"1")

    with pytest.raises(FileNotFoundError), new_folder(target) as partial:
        (partial / "weights").replace(partial / "other" / "weights")

    assert (target / "weights").read_bytes() == b"1"
    assert list(tmp_path.iterdir()) == [target]


def test_a_reader_of_json_lines_goes_on_where_it_was_and_leaves_half_a_line(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"step":1}\n{"st')

    first, offset = read_json_lines(path)
    path.write_bytes(b'{"step":1}\n{"step":2}\n')
    second, _ = read_json_lines(path, offset=offset)

    assert (first, second) == ([{"step": 1}], [{"step": 2}])


def test_a_writer_after_a_crash_drops_the_half_line(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"step":1}\n{"st')

    writer = JsonLinesWriter(path)
    writer.write({"step": 2})
    writer.close()

    assert read_json_lines(path)[0] == [{"step": 1}, {"step": 2}]


def test_a_line_that_does_not_fit_on_the_disk_is_said(tmp_path):
    writer = JsonLinesWriter(tmp_path / "metrics.jsonl")
    writer.close()
    writer._file = open("/dev/full", "ab", buffering=0)  # noqa: SIM115, closed below

    with pytest.raises(StorageFull, match="the disk is full"):
        writer.write({"step": 1})

    writer.close()
