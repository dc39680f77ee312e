"""The report of a file in parts, over HTTP and by command, from a server with the tiny model."""

import json
import os
import subprocess
import sys

import httpx
import pytest

from server_process import chat_rows
from tuneport.cli.client import Client
from tuneport.cli.parted_upload import upload_in_parts


def ask(server, client, content, **query):
    file = client.files.create(file=("rows.jsonl", content), purpose="user_data")
    return httpx.get(f"{server.url}/v1/files/{file.id}/report", params=query, timeout=60)


def test_parts_are_keys_of_the_answer(real_server, real_client):
    report = ask(real_server, real_client, chat_rows(20), parts="check,statistics,estimate", model="tiny").json()

    assert report["n_rows"] == report["statistics"]["n_rows"] == report["estimate"]["n_rows"] == 20
    assert report["statistics"]["tokens"]["p50"] > 0
    assert report["estimate"]["n_epochs"] == 5


def test_without_parts_the_answer_has_none(real_server, real_client):
    report = ask(real_server, real_client, chat_rows(20), model="tiny").json()

    assert {"statistics", "estimate"} & report.keys() == set()


def test_an_unknown_part_and_a_wrong_number_of_epochs_are_refused(real_server, real_client):
    unknown = ask(real_server, real_client, chat_rows(10), parts="weather")
    too_many = ask(real_server, real_client, chat_rows(10), parts="estimate", n_epochs=51)

    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, "unknown_report_part")
    assert too_many.status_code == 400


def follow(server, client, content, **query):
    """Give the status and the events, or the error, of a report that is streamed."""
    answer = ask(server, client, content, stream="true", **query)
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return answer.status_code, answer.json()
    return answer.status_code, [json.loads(line[5:]) for line in answer.text.splitlines() if line]


@pytest.mark.parametrize("content", [chat_rows(3000), b"PK\x03\x04 zip"])
def test_a_report_can_be_followed_part_by_part_to_the_last_byte(real_server, real_client, content):
    parts = {"parts": "statistics,quality", "model": "tiny"}

    _, (*told, last) = follow(real_server, real_client, content, **parts)

    assert last == {"type": "report", "report": ask(real_server, real_client, content, **parts).json()}
    ends = {}
    for event in told:
        assert set(event) == {"type", "part", "bytes_read", "bytes"}
        assert ends.get(event["part"], 0) <= event["bytes_read"] <= event["bytes"] == len(content)
        ends[event["part"]] = event["bytes_read"]
    # What can say nothing of a file does not read it.
    reading = [part for part in parts["parts"].split(",") if "unavailable" not in last["report"][part]]
    assert list(ends) == ["check", *reading]
    assert set(ends.values()) == {len(content)}


def test_of_two_files_the_bytes_of_both_are_told(real_server, real_client):
    rows = chat_rows(30)
    validation = real_client.files.create(file=("rows.jsonl", rows), purpose="user_data")

    _, events = follow(real_server, real_client, rows, parts="quality", validation_file=validation.id)

    assert events[-2] == {"type": "progress", "part": "quality", "bytes_read": 2 * len(rows), "bytes": 2 * len(rows)}


@pytest.mark.requirement("R9.1")
def test_real_requests_are_compared_with_a_file(real_server, real_client):
    requests = b'{"messages": [{"role": "user", "content": "What rhymes with moon?"}]}\n' * 3
    traffic = real_client.files.create(file=("requests.jsonl", requests), purpose="user_data")

    report = ask(real_server, real_client, chat_rows(30), parts="traffic", traffic_file=traffic.id).json()["traffic"]
    missing = ask(real_server, real_client, chat_rows(30), parts="traffic")

    assert (report["n_rows"], report["n_requests"]) == (30, 3)
    assert report["likeness"]["unlike"] == {"n_rows": 3, "lines": [1, 2, 3]}
    assert (missing.status_code, missing.json()["error"]["code"]) == (400, "missing_traffic_file")


def test_an_error_has_a_status_before_the_first_event_and_is_an_event_after_it(real_server, real_client):
    missing = {"parts": "statistics", "model": "smollm2-360m-instruct"}

    refused = follow(real_server, real_client, chat_rows(10), parts="weather")
    status, (*told, last) = follow(real_server, real_client, chat_rows(10), **missing)

    assert (refused[0], refused[1]["error"]["code"]) == (400, "unknown_report_part")
    assert status == 200
    assert [event["part"] for event in told] == ["check"]
    assert last == {"type": "error", **ask(real_server, real_client, chat_rows(10), **missing).json()}


def tuneport(server, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "tuneport.cli", *map(str, arguments), "--endpoint", server.url],
        capture_output=True,
        text=True,
        env=os.environ | {"TUNEPORT_HOME": str(server.home)},
        timeout=120,
        check=False,
    )


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(chat_rows(20))
    return path


@pytest.mark.requirement("R15.5")
def test_the_commands_show_what_the_wire_says_and_leave_no_file(real_server, real_client, path):
    before = {file.id for file in real_client.files.list()}

    stats = tuneport(real_server, "data", "stats", path, "--model", "tiny")
    estimate = tuneport(real_server, "data", "estimate", path, "--model", "tiny", "--n-epochs", 2, "--json")

    assert stats.returncode == estimate.returncode == 0, stats.stderr + estimate.stderr
    assert "20 rows" in stats.stdout
    assert "█" in stats.stdout
    assert json.loads(estimate.stdout)["n_epochs"] == 2
    assert {file.id for file in real_client.files.list()} == before


def test_a_file_that_is_no_rows_ends_the_command_with_its_reason(real_server, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"PK\x03\x04 zip")

    done = tuneport(real_server, "data", "stats", path, "--model", "tiny")

    assert done.returncode == 1
    assert "zip" in done.stderr


def test_a_file_that_goes_up_in_parts_is_whole_on_the_server(real_server, real_client, path):
    client = Client(real_server.url)

    file = upload_in_parts(client, path, lambda n_sent: None, part_bytes=1000)

    client.close()
    assert real_client.files.content(file["id"]).content == path.read_bytes()
    assert file["filename"] == "rows.jsonl"


def test_of_a_large_file_the_commands_show_how_far_upload_and_check_are(real_server, tmp_path):
    path = tmp_path / "rows.jsonl"
    rows = chat_rows(1000)
    with path.open("wb") as file:
        for _ in range(33_000_000 // len(rows) + 1):
            file.write(rows)

    done = tuneport(real_server, "data", "check", path, "--json")

    assert json.loads(done.stdout)["n_bytes"] == path.stat().st_size
    shown = done.stderr.splitlines()
    assert list(dict.fromkeys(line.split()[0] for line in shown)) == ["Uploading", "Checking"]
    assert {"Uploading  33 MB of 33 MB", "Checking  33 MB of 33 MB"} <= set(shown)
