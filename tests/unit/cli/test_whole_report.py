"""Everything that a server says of a file, and what it does not say."""

import pytest

from fake_wire import error_response, event_stream, report_stream
from shown_rows import row_loss, token
from tuneport.cli.whole_report import ReportOrder, read_whole_report
from tuneport.cli.whole_report_text import show_whole_report
from tuneport.core import NotFound

CHECK = {
    "n_rows": 2,
    "n_compared_rows": 2,
    "n_bytes": 10,
    "n_errors": 0,
    "errors": [],
    "n_warnings": 0,
    "warnings": [],
    "format": "chat",
}
QUALITY = {"n_rows": 2, "n_unread_rows": 0, "n_compared_rows": 2, "n_validation_rows": None, "findings": []}
UNAVAILABLE = {"unavailable": "No row can be read."}
NO_SUCH_ROW = error_response(404, "no row 3", "row_not_found")


@pytest.fixture
def order(tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_text("{}\n{}\n")
    return ReportOrder(path, None, "tiny", "supervised")


@pytest.fixture
def two_rows(server):
    server.on("POST files", {"id": "file-1"})
    server.on("DELETE files/file-1", {"deleted": True})
    for number in (1, 2):
        server.on(f"GET files/file-1/rows/{number}/loss", row_loss(token("Hi", 1.0), row=number))
    server.on("GET files/file-1/rows/3/loss", NO_SUCH_ROW)
    return server


def test_all_parts_are_asked_for_at_once_and_the_upload_is_deleted(two_rows, client, screen, order):
    two_rows.on("GET files/file-1/report", report_stream(CHECK | {"statistics": UNAVAILABLE, "quality": QUALITY}))

    report = read_whole_report(client, screen, order)

    assert report.check == CHECK
    assert report.parts == {"quality": QUALITY}
    assert [row["row"] for row in report.rows] == [1, 2]
    assert report.left_out == {"statistics": "No row can be read.", "estimate": "this server does not give it"}
    asked = "method=supervised&model=tiny&parts=check%2Cstatistics%2Cestimate%2Cquality&stream=true"
    assert two_rows.queries[1] == asked
    assert two_rows.requests[-1][:2] == ("DELETE", "files/file-1")


def test_a_part_that_the_server_refuses_does_not_cost_the_others(two_rows, client, screen, order):
    refused = error_response(404, "The base model 'tiny' is not on this machine yet.", "model_not_pulled")
    error = {"message": "It is not here.", "type": "invalid_request_error", "code": "model_not_pulled"}
    in_the_middle = event_stream({"type": "error", "error": error})
    check, quality = report_stream(CHECK), report_stream(CHECK | {"quality": QUALITY})
    two_rows.on("GET files/file-1/report", in_the_middle, check, refused, refused, quality)
    two_rows.on("GET files/file-1/rows/1/loss", refused)

    report = read_whole_report(client, screen, order)

    assert (report.check, report.parts, report.rows) == (CHECK, {"quality": QUALITY}, [])
    assert set(report.left_out) == {"statistics", "estimate", "rows with their loss"}
    assert "not on this machine yet" in report.left_out["statistics"]


def test_a_report_that_is_refused_as_a_whole_is_an_error_and_leaves_no_upload(two_rows, client, screen, order):
    two_rows.on("GET files/file-1/report", error_response(404, "There is no model 'tiny'.", "model_not_found"))

    with pytest.raises(NotFound, match="no model 'tiny'"):
        read_whole_report(client, screen, order)

    assert two_rows.requests[-1][:2] == ("DELETE", "files/file-1")


def test_the_terminal_shows_each_part_and_what_is_left_out(two_rows, client, screen, order):
    two_rows.on("GET files/file-1/report", report_stream(CHECK | {"statistics": UNAVAILABLE, "quality": QUALITY}))

    show_whole_report(screen, read_whole_report(client, screen, order))

    assert f"{order.file}: 2 rows, 10 bytes, no problems" in screen.text
    assert "── Quality ──" in screen.text
    assert "── Row 2 ──" in screen.text
    assert "⟦Hi⟧" in screen.text
    assert "Left out: statistics. No row can be read." in screen.text


def test_requests_are_compared_where_they_are_given(two_rows, client, screen, order, tmp_path):
    requests = tmp_path / "requests.jsonl"
    requests.write_text("{}\n")
    two_rows.on("POST files", {"id": "file-1"}, {"id": "file-2"})
    two_rows.on("DELETE files/file-2", {"deleted": True})
    two_rows.on("GET files/file-1/report", report_stream(CHECK | {"quality": QUALITY, "traffic": UNAVAILABLE}))

    report = read_whole_report(client, screen, ReportOrder(order.file, None, None, "supervised", requests))

    assert "parts=check%2Cstatistics%2Cestimate%2Cquality%2Ctraffic" in two_rows.queries[2]
    assert "traffic_file=file-2" in two_rows.queries[2]
    assert report.left_out["traffic"] == "No row can be read."
    assert {path for method, path, _ in two_rows.requests if method == "DELETE"} == {"files/file-1", "files/file-2"}


def test_the_validation_file_is_checked_as_one_and_goes_along(two_rows, client, screen, order, tmp_path):
    validation = tmp_path / "validation.jsonl"
    validation.write_text("{}\n")
    two_rows.on("POST files", {"id": "file-1"}, {"id": "file-2"})
    two_rows.on("DELETE files/file-2", {"deleted": True})
    two_rows.on("GET files/file-1/report", report_stream(CHECK | {"quality": QUALITY}))
    two_rows.on("GET files/file-2/report", report_stream(CHECK | {"n_rows": 1}))

    report = read_whole_report(client, screen, ReportOrder(order.file, validation, None, "supervised"))

    assert report.validation_check["n_rows"] == 1
    assert "validation_file=file-2" in two_rows.queries[2]
    assert any("is_training_file=false" in query for query in two_rows.queries)
    assert {path for method, path, _ in two_rows.requests if method == "DELETE"} == {"files/file-1", "files/file-2"}
    assert report.to_json()["validation"] == report.validation_check
