"""The whole look at a file: whatever it holds, and at real files."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuneport.core import DataError, NotFound
from tuneport.data import check_file
from tuneport.data.quality import QUALITY_RULES, review_quality
from tuneport.data.quality.rules_table import quality_table

REPOSITORY = Path(__file__).parents[4]
DRONE = REPOSITORY.parent / "shared/data/openai_cookbook/drone_training.jsonl"

FILE_MISTAKES = {"compressed_file", "utf16_file", "csv_file", "json_array", "pretty_printed"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
texts = st.text(max_size=5) | st.sampled_from(["Yes.", "```", "{", "<|im_end|>", "+1 650 253 0000", "a@b.de"])
messages = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["system", "user", "assistant", "tool"]) | json_values,
        "content": texts | st.lists(st.fixed_dictionaries({}, optional={"text": texts | json_values})) | json_values,
        "tool_calls": st.lists(st.fixed_dictionaries({}, optional={"function": json_values})) | json_values,
        "function_call": json_values,
    },
)
message_lists = st.lists(messages | json_values, max_size=4) | json_values
rows = st.fixed_dictionaries(
    {},
    optional={
        "messages": message_lists,
        "tools": json_values,
        "input": st.fixed_dictionaries({}, optional={"messages": message_lists}) | json_values,
        "preferred_output": message_lists,
        "prompt": texts | json_values,
        "completion": texts | json_values,
    },
)


def check_bytes(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(content)
        return check_file(path)


def review_bytes(content, validation):
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("rows.jsonl", "validation.jsonl")]
        for path, lines in zip(paths, (content, validation), strict=True):
            path.write_bytes(lines)
        return review_quality(paths[0], validation=paths[1])


@given(st.binary(max_size=200), st.binary(max_size=50))
@settings(max_examples=150)
def test_of_any_bytes_only_those_of_another_kind_of_file_are_refused(content, validation):
    try:
        report = review_bytes(content, validation)
    except DataError:
        assert any(check_bytes(each).counts_by_code.keys() & FILE_MISTAKES for each in (content, validation))
        return

    json.dumps(report.to_json())


@given(st.lists(rows | json_values, max_size=12), st.lists(rows, max_size=3))
@settings(max_examples=150)
def test_no_rows_make_the_review_fail(values, validation_values):
    content, validation = ("\n".join(map(json.dumps, part)).encode() for part in (values, validation_values))

    if check_bytes(content).counts_by_code.keys() & FILE_MISTAKES:
        return
    report = review_bytes(content, validation)

    assert report.n_rows == sum(isinstance(value, dict) for value in values)
    assert report.n_rows + report.n_unread_rows == len(values)
    assert all(finding.count > 0 and 0 < finding.share <= 1 for finding in report.findings)
    assert {finding.code for finding in report.findings} <= QUALITY_RULES.keys()


@pytest.mark.parametrize(
    "line",
    [
        b'{"messages": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"messages": [{"function_call": {"name": "a", "arguments": ' + b"[" * 900 + b"]" * 900 + b"}}]}",
        b'{"messages": [{"role": "assistant", "content": "' + b"eyJ" * 60_000 + b'"}]}',
        b'{"messages": [{"role": "assistant", "content": "' + b"+1 " * 60_000 + b'"}]}',
        b'{"messages": [{"role": "assistant", "content": "' + b"a" * 100_000 + b"@" * 100_000 + b'"}]}',
        b'{"messages": [{"role": "assistant", "content": "' + b"1 " * 100_000 + b'"}]}',
        b"",
    ],
    ids=["deep", "deep call", "tokens", "pluses", "at signs", "digits", "empty"],
)
def test_lines_made_to_be_slow_or_deep_are_looked_at_like_others(review, line):
    report = review(b"\n".join([line] * 3))

    assert report.n_rows in (0, 3)


@pytest.mark.parametrize(
    "other", ["question,answer\nwho,me\n".encode("utf-16"), b"\x1f\x8b\x08", b'[{"messages": []},\n']
)
def test_a_file_that_is_no_json_lines_has_no_review(review, other_rows, other):
    with pytest.raises(DataError, match=r"^The file: the file begins"):
        review(other)
    with pytest.raises(DataError, match=r"^The validation file: the file begins"):
        review(other_rows, other)


def test_rows_that_are_not_looked_at_are_counted_in_both_files(review, other_rows):
    report = review([*other_rows[:20], [], 3], [*other_rows[20:], None])

    assert (report.n_rows, report.n_unread_rows) == (20, 2)
    assert (report.n_validation_rows, report.n_unread_validation_rows) == (10, 1)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotFound, match="there is no such file"):
        review_quality(tmp_path / "none.jsonl")


def test_findings_come_in_the_order_of_the_rules(review, chat, other_rows):
    rows = [*other_rows, chat("And now, what?", ""), other_rows[0], chat("To whom?", "To ada@engine.uk, of course.")]

    codes = [finding.code for finding in review(rows).findings]

    assert codes == [code for code in QUALITY_RULES if code in codes]
    assert {"duplicate_rows", "empty_answers", "personal_data"} <= set(codes)


def test_a_finding_as_json_says_how_grave_it_is_and_what_it_means(review, other_rows):
    (finding,) = review([*other_rows, other_rows[0]]).to_json()["findings"]

    assert (finding["code"], finding["severity"]) == ("duplicate_rows", "warning")
    assert finding["meaning"] == QUALITY_RULES["duplicate_rows"].meaning


def test_documentation_has_the_table_of_findings():
    assert quality_table() in (REPOSITORY / "docs/data-desk.md").read_text(encoding="utf-8")


@pytest.mark.shared_data
@pytest.mark.skipif(not DRONE.exists(), reason="../shared/data is absent")
def test_the_drone_file_has_one_repeated_row_and_the_check_finds_six_double_encoded_ones():
    report = review_quality(DRONE)
    found = {finding.code: finding for finding in report.findings}

    assert found["duplicate_rows"].count == 1
    assert "credentials" not in found
    assert "personal_data" not in found
    assert check_file(DRONE).counts_by_code["arguments_double_encoded"] == 6
