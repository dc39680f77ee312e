import os
from pathlib import Path

import pytest

from fake_wire import report_stream
from tuneport.cli.data_files import read_report, show_report, upload_file
from tuneport.core import DataError


def _problem(line):
    return {"code": "unknown_role", "message": f"line {line}: message 3 has role 'bot'. Use 'user'."}


def _report(**changes):
    report = {
        "n_rows": 320,
        "n_compared_rows": 320,
        "n_bytes": 1_200_000,
        "n_errors": 0,
        "errors": [],
        "n_warnings": 0,
        "warnings": [],
    }
    return report | changes


def test_a_pipe_is_refused_in_words(client, screen, tmp_path):
    pipe = tmp_path / "rows.jsonl"
    os.mkfifo(pipe)

    with pytest.raises(DataError, match="is a pipe or a device"):
        upload_file(client, screen, pipe)


def test_a_good_file_is_one_line(screen):
    show_report(screen, Path("train.jsonl"), _report(), shows_all=True)

    assert screen.text == "train.jsonl: 320 rows, 1.2 MB, no problems\n"


def test_a_file_of_more_rows_than_were_compared_says_so(screen):
    show_report(screen, Path("train.jsonl"), _report(n_rows=3_000_000, n_compared_rows=2_000_000), shows_all=True)

    assert "repeated rows were searched among 2 million rows" in screen.text


def test_problems_are_shown_with_line_and_code_and_the_rest_is_counted(screen):
    errors = [_problem(line) for line in range(1, 21)]

    show_report(screen, Path("train.jsonl"), _report(n_errors=34, errors=errors), shows_all=True)

    assert "train.jsonl: 320 rows, 1.2 MB, 34 errors" in screen.text
    assert "error: train.jsonl line 20: message 3 has role 'bot'. Use 'user'. [unknown_role]" in screen.text
    assert screen.text.endswith("and 14 more errors\n")


def test_a_run_shows_only_the_first_warnings(screen):
    warnings = [_problem(line) for line in range(1, 6)]

    show_report(screen, Path("train.jsonl"), _report(n_warnings=5, warnings=warnings), shows_all=False)

    assert screen.text.count("warning: ") == 3
    assert screen.text.endswith("and 2 more warnings\n")


def test_an_empty_file_is_refused_before_the_upload(server, client, screen, tmp_path):
    path = tmp_path / "train.jsonl"
    path.touch()

    with pytest.raises(DataError, match=r"is empty \(0 bytes\)"):
        upload_file(client, screen, path)

    assert server.requests == []


def test_the_report_is_asked_for_the_files_part_in_the_job(server, client, screen):
    server.on("GET files/file-1/report", report_stream(_report()))

    report = read_report(client, screen, "file-1", method="supervised", model=None, is_training_file=False)

    assert report["n_rows"] == 320
    assert server.queries == ["method=supervised&is_training_file=false&stream=true"]


def test_the_upload_of_a_large_file_is_a_bar_over_its_bytes(server, client, screen, tmp_path):
    path = tmp_path / "train.jsonl"
    path.touch()
    os.truncate(path, 40_000_000)
    server.on("POST files", {"id": "file-1"})

    upload_file(client, screen, path)

    lines = screen.text.splitlines()
    assert lines[-1] == "Uploading  40 MB of 40 MB"
    assert len(lines) == 11


def test_the_upload_of_a_small_file_is_silent(server, client, screen, tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_text("{}\n")
    server.on("POST files", {"id": "file-1"})

    assert upload_file(client, screen, path) == "file-1"
    assert screen.text == ""
