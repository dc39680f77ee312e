"""A report that is followed while it is made, with a bar for each part of a large file."""

import pytest

from fake_wire import error_response, event_stream, report_stream
from tuneport.cli.report_follow import follow_report
from tuneport.core import InvalidRequest, NotFound, ServerUnreachable

MB = 1_000_000
REPORT = {"n_rows": 3}


def test_each_part_of_a_large_file_has_a_bar_of_its_own(server, client, screen):
    check = [("check", tenth * 8 * MB, 80 * MB) for tenth in range(1, 11)]
    quality = [("quality", 90 * MB, 90 * MB)]
    server.on("GET files/file-1/report", report_stream(REPORT, *check, *quality))

    report = follow_report(client, screen, "file-1")

    assert report == REPORT
    assert screen.text.splitlines() == [
        *[f"Checking  {tenth * 8} MB of 80 MB" for tenth in range(1, 11)],
        "Looking at quality  90 MB of 90 MB",
    ]


def test_a_file_that_is_read_in_a_moment_has_none(server, client, screen):
    server.on("GET files/file-1/report", report_stream(REPORT, ("check", 32 * MB, 32 * MB), ("quality", 9, 9)))

    assert follow_report(client, screen, "file-1") == REPORT
    assert screen.text == ""


def test_what_the_server_refuses_is_raised_before_and_in_the_middle(server, client, screen):
    error = {"message": "There is no model 'x'.", "type": "invalid_request_error", "code": "model_not_found"}
    progress = {"type": "progress", "part": "check", "bytes_read": 1, "bytes": 1}
    in_the_middle = event_stream(progress, {"type": "error", "error": error})
    server.on("GET files/file-1/report", error_response(404, "No such file.", "file_not_found"), in_the_middle)

    with pytest.raises(NotFound, match="No such file"):
        follow_report(client, screen, "file-1")
    with pytest.raises(InvalidRequest, match="There is no model 'x'"):
        follow_report(client, screen, "file-1")


def test_a_report_that_ends_in_the_middle_is_no_report(server, client, screen):
    server.on(
        "GET files/file-1/report",
        event_stream({"type": "progress", "part": "check", "bytes_read": 1, "bytes": 2}),
    )

    with pytest.raises(ServerUnreachable, match="ended the report on file-1 in the middle"):
        follow_report(client, screen, "file-1")
