"""The shipped examples are what their pages say."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tuneport.data import Example, check_file, read_examples

EXAMPLES = Path(__file__).parents[2] / "examples"
SMART_HOME = EXAMPLES / "smart-home"


def user_text(example: Example) -> str:
    return example.messages[-2].content or ""


def read(split: str) -> list[Example]:
    return list(read_examples(SMART_HOME / f"{split}.jsonl"))


def load_phrasings() -> dict[str, object]:
    command = "import json, phrasings as p; print(json.dumps([[r.train, r.validation] for r in p.REQUESTS] "
    command += "+ [[p.REFUSED_TRAIN, p.REFUSED_VALIDATION]]))"
    answer = subprocess.run([sys.executable, "-c", command], cwd=SMART_HOME, capture_output=True, check=True, text=True)
    return json.loads(answer.stdout)


@pytest.mark.parametrize(
    ("path", "n_rows", "is_training_file"),
    [
        ("smart-home/train", 240, True),
        ("smart-home/validation", 60, False),
        ("limericks/train", 10, True),
        ("azure-tutorial/train", 10, True),
        ("azure-tutorial/validation", 10, False),
        ("continuous/first", 10, True),
        ("continuous/second", 10, True),
        ("function-calling/train", 12, True),
    ],
)
def test_example_files_are_good_without_a_warning(path, n_rows, is_training_file):
    report = check_file(EXAMPLES / f"{path}.jsonl", is_training_file=is_training_file)

    assert report.n_rows == n_rows
    assert report.counts_by_code == {}


@pytest.mark.parametrize(("name", "n_rows"), [("pairs", 10), ("validation", 4)])
def test_preference_pairs_are_good_without_a_warning(name, n_rows):
    report = check_file(EXAMPLES / "preference" / f"{name}.jsonl", method="dpo", is_training_file=name == "pairs")

    assert (report.n_rows, report.counts_by_code) == (n_rows, {})


def test_generator_writes_the_files_that_are_shipped(tmp_path):
    subprocess.run([sys.executable, SMART_HOME / "generate.py", tmp_path], check=True, capture_output=True)

    for name in ("train.jsonl", "validation.jsonl"):
        assert (tmp_path / name).read_bytes() == (SMART_HOME / name).read_bytes()


def test_no_validation_text_occurs_in_training():
    trained = {user_text(example) for example in read("train")}
    validated = [user_text(example) for example in read("validation")]

    assert len(set(validated)) == 60
    assert trained.isdisjoint(validated)


def test_no_validation_phrasing_occurs_in_training():
    pairs = load_phrasings()
    trained = {phrasing for train, _ in pairs for phrasing in train}
    validated = [phrasing for _, validation in pairs for phrasing in validation]

    assert len(validated) > 20
    assert trained.isdisjoint(validated)


@pytest.mark.parametrize(("split", "fewest"), [("train", 30), ("validation", 8)])
def test_rooms_are_spread_evenly(split, fewest):
    calls = [example.messages[-1].tool_calls for example in read(split)]
    rooms = Counter(json.loads(call[0].arguments)["room"] for call in calls if call)

    assert len(rooms) == 6
    assert min(rooms.values()) >= fewest


def test_every_answer_is_one_call_or_the_one_refusal():
    rows = read("train") + read("validation")
    answers = [example.messages[-1] for example in rows]

    assert {len(answer.tool_calls) for answer in answers if not answer.content} == {1}
    assert len({answer.content for answer in answers if answer.content}) == 1


def test_refusals_are_at_most_a_tenth_of_validation():
    refusals = [example for example in read("validation") if example.messages[-1].content]

    assert 0 < len(refusals) <= 6


def test_validation_asks_only_for_values_that_training_taught():
    taught = {(call.name, call.arguments) for example in read("train") for call in example.messages[-1].tool_calls}
    words = {word for _, arguments in taught for word in json.loads(arguments).values() if isinstance(word, str)}

    for example in read("validation"):
        for call in example.messages[-1].tool_calls:
            assert {word for word in json.loads(call.arguments).values() if isinstance(word, str)} <= words
