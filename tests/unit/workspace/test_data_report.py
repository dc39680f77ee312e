"""The parts of a report on a file, for the tiny model in a home folder of the test's own."""

import json

import pytest

from tiny_model import write_tiny_model
from tuneport.catalog import pull
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import InvalidRequest, NotFound, SystemClock
from tuneport.data import Example, Message
from tuneport.store import Blobs, open_database
from tuneport.tokens import Renderer, count_file
from tuneport.workspace import Files, ReportRequest
from tuneport.workspace.data_estimate import price_elsewhere

MODEL = "tiny"


@pytest.fixture(scope="module")
def tiny_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    folder = write_tiny_model(tmp_path_factory.mktemp("model"), context_tokens=512)
    pull(str(folder), Settings(home=home), name=MODEL, on_progress=lambda progress: None)
    return home


class Desk:
    def __init__(self, database, settings):
        self._files = Files(database.of_project(DEFAULT_PROJECT), Blobs(settings.files), settings, SystemClock())

    def report(self, content, *parts, **options):
        with self._files.upload() as upload:
            upload.write(content)
            file_id = upload.finish(filename="rows.jsonl", purpose="fine-tune").id
        return self._files.report(file_id, ReportRequest(parts=parts, **{"model": MODEL, **options}))


@pytest.fixture
def desk(tiny_home):
    settings = Settings(home=tiny_home)
    database = open_database(settings.database)
    yield Desk(database, settings)
    database.close()


def rows(n_rows, *, answer="yes"):
    chats = [[{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": answer}] for n in range(n_rows)]
    return b"".join(json.dumps({"messages": chat}).encode() + b"\n" for chat in chats)


def test_without_parts_a_report_is_the_check_alone(desk):
    assert desk.report(rows(10)) == desk.report(rows(10), "check")
    assert desk.report(rows(10))["n_rows"] == 10


def test_each_part_is_a_key_beside_the_check(desk):
    report = desk.report(rows(12), "check", "statistics", "estimate")

    assert report["is_good"]
    assert report["statistics"]["n_rows"] == report["estimate"]["n_rows"] == 12
    assert json.dumps(report)


def test_an_unknown_part_is_refused_with_those_that_are_known(desk):
    with pytest.raises(InvalidRequest, match=r"'parts' names 'weather'.*'check', 'statistics', 'estimate'") as caught:
        desk.report(rows(10), "weather")

    assert (caught.value.code, caught.value.param) == ("unknown_report_part", "parts")


def test_statistics_of_a_file_with_errors_are_those_of_its_other_rows(desk):
    statistics = desk.report(rows(10) + b"{broken\n", "statistics")["statistics"]

    assert (statistics["n_rows"], statistics["refused"]) == (10, {"n_rows": 1, "lines": [11]})


def test_an_estimate_tells_the_rows_that_it_leaves_out(desk):
    assert desk.report(rows(10) + b"{broken\n", "estimate")["estimate"]["refused"] == 1


def test_of_a_file_that_is_no_rows_a_part_says_why_there_is_nothing(desk):
    report = desk.report(b"PK\x03\x04 zip", "statistics", "estimate")

    assert report["n_errors"] > 0
    assert report["statistics"]["unavailable"] == report["estimate"]["unavailable"]


def test_a_file_without_trained_rows_has_no_estimate(desk):
    found = desk.report(rows(10).replace(b'"yes"', b'"yes", "weight": 0'), "estimate")["estimate"]

    assert found["unavailable"].startswith("No row of the file can be trained")


def test_a_model_that_is_not_here_has_to_be_pulled_first(desk):
    with pytest.raises(NotFound, match="tuneport models pull"):
        desk.report(rows(10), "statistics", model="smollm2-360m-instruct")


def test_openais_count_is_said_to_be_missing_where_its_tokenizer_is(desk):
    cookbook = desk.report(rows(10), "statistics")["statistics"]["cookbook"]

    assert cookbook["unavailable"].startswith("OpenAI's tokenizer is not available")


@pytest.mark.requirement("R1.6", "R15.3")
def test_an_estimate_is_tokens_times_epochs_by_the_rule(desk):
    report = desk.report(rows(20), "statistics", "estimate")

    estimate = report["estimate"]
    assert estimate["n_epochs"] == 5
    assert estimate["tokens"] == 5 * report["statistics"]["tokens_per_epoch"]
    assert estimate["tokens_to_compute"] < estimate["tokens"]


def test_epochs_that_are_asked_for_are_taken(desk):
    estimate = desk.report(rows(20), "estimate", n_epochs=2)["estimate"]

    assert (estimate["n_epochs"], estimate["why_n_epochs"]) == (2, "as asked for")


def test_a_price_is_that_of_the_billed_tokens(desk):
    elsewhere = desk.report(rows(20), "estimate")["estimate"]["elsewhere"]

    assert elsewhere["counted_with"] == "this model's own tokenizer"
    for price in elsewhere["prices"]:
        assert price["usd"] == pytest.approx(price["billed_tokens"] * price["usd_per_million_tokens"] / 1e6)


def test_a_machine_without_past_runs_is_judged_by_a_rule_of_thumb_and_says_so(desk):
    here = desk.report(rows(20), "estimate")["estimate"]["here"]

    assert "rule of thumb" in here["based_on"] or "before its first step" in here["based_on"]
    assert here["checkpoint_bytes"] > 0


def counted_with_openais_tokenizer(tiny_home, *, tools):
    chat = Example(1, (Message("user", "Ring"), Message("assistant", "Done.")), tools)
    renderer = Renderer.from_folder(tiny_home / "models" / MODEL)
    counter = {"count_texts": lambda texts: [1] * len(texts), "n_epochs": 2}
    return count_file([chat], renderer, longest_row_tokens=20, **counter)


def test_where_openais_count_is_there_it_is_what_is_billed(tiny_home):
    statistics = counted_with_openais_tokenizer(tiny_home, tools=())

    elsewhere = price_elsewhere(statistics, 2)

    assert elsewhere["counted_with"] == "cl100k_base"
    assert {price["billed_tokens"] for price in elsewhere["prices"]} == {2 * statistics.cookbook.tokens.total}


def test_rows_with_tools_are_priced_by_a_count_that_has_the_tools_in_it(tiny_home):
    tools = ({"type": "function", "function": {"name": "ring", "parameters": {"type": "object"}}},)
    statistics = counted_with_openais_tokenizer(tiny_home, tools=tools)

    elsewhere = price_elsewhere(statistics, 2)

    assert elsewhere["counted_with"] == "this model's own tokenizer"
    assert {price["billed_tokens"] for price in elsewhere["prices"]} == {2 * statistics.tokens.total}
