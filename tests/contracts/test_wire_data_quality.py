"""The part `quality` of a file's report, over the wire and in the terminal."""

import json

import httpx
import pytest


def lines(*questions):
    rows = (
        {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": f"{question} Yes."}]}
        for question in questions
    )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def upload(client, name, content):
    return client.files.create(file=(name, content), purpose="fine-tune").id


@pytest.mark.requirement("R9.1")
def test_a_report_has_the_quality_and_the_leaks_where_they_are_asked_for(server, client):
    training = upload(
        client, "train.jsonl", lines("Is the bridge open?", "Write to ada@engine.uk", "Where is the key?")
    )
    validation = upload(client, "validation.jsonl", lines("Where is the key?", "How deep is the river?"))
    url = f"{server.url}/v1/files/{training}/report"

    alone = httpx.get(url, params={"parts": "quality"}).json()
    compared = httpx.get(url, params={"parts": "quality", "validation_file": validation}).json()

    assert alone["n_rows"] == alone["quality"]["n_rows"] == 3
    assert [finding["code"] for finding in alone["quality"]["findings"]] == ["personal_data"]
    assert [finding["code"] for finding in compared["quality"]["findings"]] == ["leaked_rows", "personal_data"]
    assert "ada@engine.uk" not in json.dumps(compared)


def test_an_unknown_validation_file_is_not_found(server, client):
    training = upload(client, "train.jsonl", lines("Is the bridge open?"))

    answer = httpx.get(
        f"{server.url}/v1/files/{training}/report", params={"parts": "quality", "validation_file": "file-none"}
    )

    assert answer.status_code == 404
