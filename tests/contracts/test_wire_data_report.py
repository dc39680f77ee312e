"""The report of a file in parts, over HTTP and by command, from a server with the tiny model."""

import json
import os
import subprocess
import sys

import httpx
import pytest

from server_process import chat_rows


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
