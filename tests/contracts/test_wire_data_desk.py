"""The data desk over the wire, and its commands."""

import json
from functools import partial
from pathlib import Path

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows
from tuneport_command import run_tuneport


@pytest.fixture
def ask(server: ServerProcess, client: openai.OpenAI):
    """Upload a file and ask for a work on it; gives the answer."""

    def ask(work, content, body=None, name="rows.jsonl"):
        file_id = client.files.create(file=(name, content), purpose="fine-tune").id
        return httpx.post(f"{server.url}/v1/tuneport/files/{file_id}/{work}", json=body or {}, timeout=60)

    return ask


@pytest.fixture
def tuneport(server: ServerProcess):
    return partial(run_tuneport, "data", url=server.url)


@pytest.mark.requirement("R15.4")
def test_a_table_becomes_a_file_of_rows_that_a_job_takes(ask, client: openai.OpenAI, server: ServerProcess):
    table = "Frage;Antwort\n" + "".join(f"f{number};a\n" for number in range(10)) + "leer;\n"

    made = ask("convert", table.encode("utf-16"), {"map": {"user": "Frage", "assistant": ["Antwort"]}}).json()

    assert (made["object"], made["container"], made["n_rows"], made["n_refused"]) == ("file.conversion", "csv", 10, 1)
    assert made["refused"] == [{"where": "line 12", "reason": "'Antwort' is empty"}]
    assert client.files.retrieve(made["file_id"]).filename == "rows.converted.jsonl"
    report = httpx.get(f"{server.url}/v1/files/{made['file_id']}/report").json()
    assert report["is_good"]


def test_a_split_names_its_two_files(ask, client: openai.OpenAI):
    made = ask("split", chat_rows(20), {"validation_rows": 4, "seed": 3}).json()

    assert (made["n_training"], made["n_validation"], made["seed"]) == (16, 4, 3)
    assert len(client.files.content(made["validation_file_id"]).read().splitlines()) == 4


def test_equal_rows_are_kept_once(ask, client: openai.OpenAI):
    made = ask("dedupe", chat_rows(3) + chat_rows(3)).json()

    assert (made["n_kept"], made["n_removed"]) == (3, 3)
    assert made["removed"][0] == {"line": 4, "same_as_line": 1}
    assert client.files.content(made["file_id"]).read().splitlines() == chat_rows(3).splitlines()


def test_repairs_are_told_and_only_then_made(ask, client: openai.OpenAI):
    content = chat_rows(2).replace(b"\n", b",\n")

    told = ask("fix", content, {"write": False}).json()
    made = ask("fix", content).json()

    assert (told["counts"], told["file_id"]) == ({"trailing_comma": 2}, None)
    assert told["examples"] == made["examples"]
    assert [json.loads(line) for line in client.files.content(made["file_id"]).read().splitlines()] == [
        json.loads(line) for line in chat_rows(2).splitlines()
    ]


@pytest.mark.parametrize(
    ("work", "content", "body", "code"),
    [
        ("convert", b"", {}, "unknown_source"),
        ("convert", b"a,b\n", {"from": "csv", "encoding": "klingon"}, "unknown_encoding"),
        ("convert", b"a,b\n", {"map": {"user": "a"}}, "incomplete_map"),
        ("split", b"{}\n", {}, "cannot_split"),
        ("split", b"question,answer\na,b\n", {}, "csv_file"),
        ("dedupe", b"PK\x03\x04", {}, "compressed_file"),
        ("fix", b"PK\x03\x04", {}, "compressed_file"),
    ],
)
def test_what_cannot_be_done_is_refused_by_code(ask, work, content, body, code):
    answer = ask(work, content, body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize("body", [{"from": "fax"}, {"map": {"wizard": "a"}}, {"unknown": 1}])
def test_a_body_with_what_no_conversion_has_is_refused(ask, body):
    assert ask("convert", b"a,b\n", body).status_code == 400


def test_a_file_that_is_not_there_is_not_found(server: ServerProcess):
    for work in ("convert", "split", "dedupe", "fix"):
        assert httpx.post(f"{server.url}/v1/tuneport/files/file-no/{work}", json={}).status_code == 404


def test_the_command_converts_a_folder_of_transcripts_and_leaves_nothing_on_the_server(
    tuneport, quiet_server: ServerProcess, tmp_path: Path
):
    folder, out = tmp_path / "calls", tmp_path / "rows.jsonl"
    folder.mkdir()
    (folder / "1.txt").write_text("Ann: Hi\nBob: Hello\n")
    before = httpx.get(f"{quiet_server.url}/v1/files").json()["data"]

    done = tuneport("convert", folder, out, "--assistant", "Bob", "--endpoint", quiet_server.url)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(out.read_text())["messages"][1] == {"role": "assistant", "content": "Hello"}
    assert f"{out}: 1 chat row" in done.stdout.replace("\n", " ")
    assert httpx.get(f"{quiet_server.url}/v1/files").json()["data"] == before


def test_the_command_says_what_was_not_converted_and_ends_with_one(tuneport, tmp_path: Path):
    table, out = tmp_path / "table.csv", tmp_path / "rows.jsonl"
    table.write_text("q,a\nx,y\nz,\n")

    done = tuneport("convert", table, out, "--map", "user=q", "--map", "assistant=a", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["refused"] == [{"where": "line 3", "reason": "'a' is empty"}]
    assert len(out.read_text().splitlines()) == 1


def test_a_file_that_is_there_is_replaced_only_when_told_and_the_one_read_never(tuneport, tmp_path: Path):
    rows, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    rows.write_bytes(chat_rows(3) * 2)
    out.write_text("precious")

    refused = tuneport("dedupe", rows, out)
    itself = tuneport("dedupe", rows, rows, "--force")
    done = tuneport("dedupe", rows, out, "--force")

    assert [refused.returncode, itself.returncode, done.returncode] == [2, 2, 0]
    assert "is there already" in refused.stderr
    assert out.read_bytes().splitlines() == chat_rows(3).splitlines()
    assert rows.read_bytes() == chat_rows(3) * 2


def test_the_command_splits_a_file_in_two(tuneport, tmp_path: Path):
    rows, training, validation = (tmp_path / name for name in ("rows.jsonl", "train.jsonl", "valid.jsonl"))
    rows.write_bytes(chat_rows(20))

    done = tuneport("split", rows, "--train", training, "--validation", validation, "--validation-share", "0.25")

    assert done.returncode == 0
    assert [len(path.read_bytes().splitlines()) for path in (training, validation)] == [15, 5]


def test_the_command_shows_repairs_and_makes_them_with_out(tuneport, tmp_path: Path):
    rows, out = tmp_path / "rows.jsonl", tmp_path / "fixed.jsonl"
    rows.write_bytes(chat_rows(2).replace(b"\n", b",\n"))

    shown = tuneport("fix", rows)
    assert shown.returncode == 0
    assert "trailing_comma: 2" in shown.stdout
    assert "before:" in shown.stdout
    assert not out.exists()

    assert tuneport("fix", rows, "--out", out).returncode == 0
    assert len([json.loads(line) for line in out.read_bytes().splitlines()]) == 2
