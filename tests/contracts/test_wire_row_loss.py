"""Rows with their loss, over the wire and by the command, from a server with a tiny model."""

import json
from collections.abc import Iterator
from dataclasses import fields
from functools import partial

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows
from tuneport.cli.pages.labels import LABELS
from tuneport.data import read_examples
from tuneport.tokens import Renderer
from tuneport.tokens.cookbook import Billing, CookbookCount
from tuneport_command import run_tuneport

PAIR = {
    "input": {"messages": [{"role": "user", "content": "Ring"}]},
    "preferred_output": [{"role": "assistant", "content": "Done."}],
    "non_preferred_output": [{"role": "assistant", "content": "No."}],
}
WORDS_OF_THE_FILE = {"classes", "calls", "rows_by_language"}
WHERE_TOOLS_ARE = {way for way in LABELS if way.startswith("statistics.tools.")}
LONG_ROW = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "a" * 3000}]}


@pytest.fixture
def rows_file(tmp_path):
    """Ten rows, the last of them too long for the model, with a blank line before the first."""
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n" + chat_rows(9) + json.dumps(LONG_ROW).encode() + b"\n")
    return path


@pytest.fixture
def ask(real_server: ServerProcess, real_client: openai.OpenAI):
    def ask_for_row(content: bytes, row: int, **query: str) -> httpx.Response:
        file = real_client.files.create(file=("rows.jsonl", content), purpose="user_data")
        address = f"{real_server.url}/v1/files/{file.id}/rows/{row}/loss"
        return httpx.get(address, params={"model": "tiny", **query}, timeout=60)

    return ask_for_row


@pytest.fixture
def tuneport(real_server: ServerProcess):
    return partial(run_tuneport, url=real_server.url)


def with_loss(row: dict) -> str:
    return "".join(token["text"] for token in row["tokens"] if token["weight"])


def test_tokens_and_weights_are_those_that_training_reads(real_server: ServerProcess, ask, rows_file):
    renderer = Renderer.from_folder(real_server.home / "models" / "tiny")
    example = list(read_examples(rows_file))[2]

    answer = ask(rows_file.read_bytes(), 3).json()

    trained = renderer.tokenize_example(example, longest_row_tokens=answer["longest_row_tokens"])
    (row,) = answer["rows"]
    assert [token["id"] for token in row["tokens"]] == trained.token_ids.tolist()
    assert [token["weight"] for token in row["tokens"]] == trained.loss_weights.tolist()
    assert with_loss(row) == "2!<|im_end|>"
    assert (answer["object"], answer["row"], answer["line"], answer["method"]) == ("file.row_loss", 3, 4, "supervised")


def test_a_row_may_be_named_by_its_line(ask, rows_file):
    content = rows_file.read_bytes()

    by_line, by_row = (ask(content, number, numbered_by=by).json() for number, by in ((5, "line"), (4, "row")))

    assert by_line["rows"] == by_row["rows"]


def test_a_row_that_is_too_long_says_where_it_is_cut(ask, rows_file):
    (row,) = ask(rows_file.read_bytes(), 10).json()["rows"]

    assert row["cut_at"] == row["n_tokens"] == sum(not token["is_cut"] for token in row["tokens"])
    assert row["n_tokens_cut"] > 500
    assert not any(token["weight"] for token in row["tokens"] if token["is_cut"])


def test_a_preference_row_has_two_answers(ask):
    answer = ask(json.dumps(PAIR).encode(), 1).json()

    assert answer["method"] == "dpo"
    assert [(row["answer"], with_loss(row)) for row in answer["rows"]] == [
        ("preferred", "Done.<|im_end|>"),
        ("non_preferred", "No.<|im_end|>"),
    ]


@pytest.mark.parametrize(
    ("row", "query", "status", "code"),
    [
        (12, {}, 404, "row_not_found"),
        (2, {}, 400, "invalid_json"),
        (1, {"method": "dpo"}, 400, "wrong_format"),
        (1, {"model": "no-such-model"}, 404, "model_not_found"),
        (1, {"model": "smollm2-135m-instruct"}, 404, "model_not_pulled"),
        (0, {}, 400, None),
        (1, {"numbered_by": "page"}, 400, None),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(ask, row: int, query: dict[str, str], status: int, code: str | None):
    answer = ask(chat_rows(1) + b"{broken\n", row, **query)

    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["error"]["code"] == code


@pytest.mark.parametrize(("row", "content"), [(12, chat_rows(1)), (1, b"{broken\n"), (1, b"question,answer\na,b\n")])
def test_a_refusal_names_the_file_as_it_was_uploaded(ask, row: int, content: bytes):
    answer = ask(content, row)

    assert answer.json()["error"]["message"].startswith("rows.jsonl")


def test_the_command_shows_a_row_and_leaves_nothing_on_the_server(tuneport, real_client: openai.OpenAI, rows_file):
    before = [file.id for file in real_client.files.list()]

    done = tuneport("data", "show-loss", rows_file, "--line", 4, "--model", "tiny")

    assert done.returncode == 0, done.stderr
    assert f"{rows_file} line 4, as tiny is trained on it (supervised):" in done.stdout
    assert "<|im_start|>user↵\nSay 2.<|im_end|>↵\n<|im_start|>assistant↵\n⟦2!<|im_end|>⟧↵\n" in done.stdout
    assert [file.id for file in real_client.files.list()] == before


def test_the_command_gives_a_row_as_json_and_as_a_page(tuneport, rows_file, tmp_path):
    page = tmp_path / "row.html"

    done = tuneport("data", "show-loss", rows_file, "--model", "tiny", "--json", "--html", page)

    document = json.loads(done.stdout)
    assert document["row"] == 1
    assert with_loss(document["rows"][0]) == "0!<|im_end|>"
    assert 'title="token 2, weight 1, special"' in page.read_text(encoding="utf-8")


def test_the_report_is_one_page_with_every_part(tuneport, rows_file, tmp_path):
    page = tmp_path / "report.html"

    done = tuneport("data", "report", rows_file, "--validation", rows_file, "--model", "tiny", "--html", page)

    text = page.read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert f"{page} is the report on {rows_file}." in done.stdout
    for title in (
        "Statistics",
        "Estimate",
        "Quality",
        "The first rows, with their loss",
        "Validation file: rows.jsonl",
    ):
        assert f"<h2>{title}</h2>" in text
    assert "Left out" not in text
    assert "<svg" in text


def ways(values: dict, way: str) -> Iterator[str]:
    """Give the way to each key that a page has a name for."""
    for name, value in values.items():
        if name == "tools" and value is None:
            continue
        inner = f"{way}.{name}"
        if isinstance(value, dict) and not {"histogram", "lines"} & value.keys() and name not in WORDS_OF_THE_FILE:
            yield from ways(value, inner)
        else:
            yield inner
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from ways(value[0], inner)


def test_every_key_of_a_report_has_a_name_for_people(tuneport, rows_file):
    done = tuneport(
        "data", "report", rows_file, "--validation", rows_file, "--traffic", rows_file, "--model", "tiny", "--json"
    )

    document = json.loads(done.stdout)
    del document["quality"]["findings"]
    parts = ("statistics", "estimate", "quality", "traffic")
    found = [way for part in parts for way in ways(document[part], part)]
    of_cookbook = [f"statistics.cookbook.{field.name}" for field in fields(CookbookCount)]
    of_bills = [f"statistics.cookbook.billing.{field.name}" for field in fields(Billing)]
    assert set(found) | {*of_cookbook, *of_bills} >= LABELS.keys() - WHERE_TOOLS_ARE
    assert LABELS.keys() >= {*found, *of_cookbook, *of_bills}


def test_the_report_in_the_terminal_has_every_part(tuneport, rows_file):
    done = tuneport("data", "report", rows_file, "--model", "tiny")

    assert done.returncode == 0, done.stderr
    for title in ("Statistics", "Estimate", "Quality", "Row 1", "Row 3"):
        assert f"── {title} ──" in done.stdout
    assert "Left out" not in done.stdout


def test_a_report_on_a_broken_file_says_so_by_its_status_and_as_json(tuneport, tmp_path):
    path = tmp_path / "broken.jsonl"
    path.write_bytes(chat_rows(9) + b"{broken\n")

    done = tuneport("data", "report", path, "--model", "tiny", "--json")

    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert document["errors"][0]["line"] == 10
    assert document["quality"]["n_rows"] == 9
    assert len(document["rows"]) == 3
