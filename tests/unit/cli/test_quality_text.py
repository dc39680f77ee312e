from pathlib import Path

import pytest

from fake_wire import report_stream
from tuneport.cli.quality_text import read_quality, show_quality
from tuneport.core import DataError


def finding(code="duplicate_rows", **changes):
    return {
        "code": code,
        "severity": "warning",
        "meaning": "Rows that are the same JSON are trained more often than the others.",
        "count": 30,
        "share": 0.125,
        "lines": [*range(2, 22)],
        "counts_by_kind": {},
        "places": [],
        "groups": [],
    } | changes


REPORT = {
    "n_rows": 240,
    "n_unread_rows": 0,
    "n_compared_rows": 240,
    "n_validation_rows": None,
    "n_unread_validation_rows": None,
    "n_compared_validation_rows": None,
}


def shown(screen, *findings, **changes):
    report = {**REPORT, "findings": list(findings), **changes}
    show_quality(screen, Path("train.jsonl"), report)
    return screen.text


def test_a_file_without_findings_is_one_line(screen):
    assert shown(screen) == "train.jsonl: 240 rows, nothing found\n"


def test_rows_that_were_not_looked_at_are_told_of_both_files(screen):
    text = shown(
        screen,
        n_unread_rows=2,
        n_validation_rows=200_000,
        n_unread_validation_rows=1,
        n_compared_validation_rows=100_000,
    )

    assert "  2 rows not looked at: no JSON objects" in text
    assert "  200,000 validation rows searched for leaks\n  1 validation row not looked at" in text
    assert "  near leaks were searched among 100,000 validation rows\n" in text


def test_a_file_without_quality_is_an_error(server, client, screen):
    server.on("GET files/file-1/report", report_stream({"quality": {"unavailable": "The file: it is packed."}}))

    with pytest.raises(DataError, match="it is packed"):
        read_quality(client, screen, "file-1", None)


def test_a_finding_has_its_share_its_meaning_and_its_first_lines(screen):
    text = shown(screen, finding())

    assert "train.jsonl: 240 rows, 1 finding\n" in text
    assert "duplicate_rows: 30 rows, 12.5 %\n  Rows that are the same JSON" in text
    assert "  lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 20 more\n" in text


def test_groups_are_shown_with_how_alike_they_are(screen):
    groups = [
        {"lines": [1, 7], "n_rows": 2, "similarity": 1.0, "validation_lines": []},
        {"lines": [3, 9, 12], "n_rows": 3, "similarity": 0.87, "validation_lines": []},
    ]

    text = shown(screen, finding(groups=groups))

    assert "  lines 1, 7: the same\n  lines 3, 9, 12: similarity 0.87\n" in text


def test_a_leak_names_a_line_of_each_file(screen):
    group = {"lines": [5], "n_rows": 1, "similarity": 0.91, "validation_lines": [11]}

    text = shown(screen, finding("near_leaked_rows", count=1, share=0.1, groups=[group]))

    assert "near_leaked_rows: 1 validation row, 10.0 %" in text
    assert "  validation line 11 and line 5: similarity 0.91\n" in text


def test_kinds_are_counted_and_fields_named(screen):
    places = [{"line": 4, "field": "messages[1].content", "kind": "email"}]

    text = shown(screen, finding("personal_data", counts_by_kind={"email": 12, "iban": 1}, places=places))

    assert "  email 12, iban 1\n  line 4, messages[1].content: email\n" in text


def test_the_validation_file_is_named_in_the_question(server, client, screen):
    server.on("GET files/file-1/report", report_stream({"quality": {"findings": []}}))

    assert read_quality(client, screen, "file-1", "file-2") == {"findings": []}
    assert read_quality(client, screen, "file-1", None) == {"findings": []}
    assert server.queries == ["parts=quality&validation_file=file-2&stream=true", "parts=quality&stream=true"]
