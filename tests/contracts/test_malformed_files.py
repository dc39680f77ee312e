"""Our reaction to every file of a collection of real mistakes, one mistake each."""

import json
from pathlib import Path
from typing import Any

import pytest

from tuneport.data import RULES, ConvertOptions, check_file, convert_file, fix_file, read_examples

MALFORMED = Path(__file__).parents[3] / "shared/data/malformed"
METHODS = {"sft": "supervised", "any": "supervised", "dpo": "dpo", "rft": "reinforcement"}

REACTIONS = {
    "pretty_printed": "pretty_printed",
    "json_array": "json_array",
    "trailing_commas": "trailing_comma",
    "python_repr": "python_literal",
    "unquoted_value": "invalid_json",
    "raw_newline_in_string": "unfinished_line",
    "curly_quotes": "curly_quotes",
    "cut_last_line": "cut_off_file",
    "two_objects_one_line": "several_objects",
    "comment_line": "comment_line",
    "utf8_bom": None,
    "gbk_bytes": "not_utf8",
    "crlf": None,
    "blank_lines": None,
    "no_final_newline": None,
    "lone_surrogate": "lone_surrogate",
    "empty_file": "empty_file",
    "csv_named_jsonl": "csv_file",
    "nine_rows": "too_few_rows",
    "ten_rows": None,
    "big_number": "number_out_of_range",
    "message_not_messages": "missing_messages",
    "prompt_completion": "no_chat_template",
    "alpaca_keys": "missing_messages",
    "row_is_list": "row_not_object",
    "messages_is_string": "messages_not_list",
    "messages_empty": "no_messages",
    "no_assistant": "no_assistant",
    "ends_with_user": "no_final_reply",
    "only_system_and_assistant": None,
    "role_typo": "unknown_role",
    "content_missing": "missing_content",
    "content_blank": "blank_reply",
    "content_parts": None,
    "extra_message_key": "unknown_message_key",
    "weight_on_user": "misplaced_weight",
    "all_weights_zero": "nothing_to_learn",
    "two_assistants": "assistant_after_assistant",
    "all_rows_same": "repeated_row",
    "row_too_long": "prompt_too_long",
    "tools_good": None,
    "args_object": "arguments_not_text",
    "args_double_encoded": "arguments_double_encoded",
    "args_wrong_type": "arguments_break_schema",
    "tool_without_id": "missing_call_id",
    "call_not_answered": "call_not_answered",
    "tool_not_declared": "tool_not_declared",
    "tool_name_chars": "malformed_tool_name",
    "tools_as_string": "tools_not_list",
    "legacy_function_call": None,
    "dpo_good": None,
    "dpo_no_rejected": "missing_output",
    "dpo_chosen_rejected": "missing_input",
    "dpo_same_replies": "identical_outputs",
    "dpo_user_reply": "output_not_assistant",
    "dpo_prompt_ends_assistant": "input_ends_on_assistant",
    "dpo_gets_sft_file": "wrong_format",
    "rft_good": "method_not_trainable",
    "rft_missing_field": "method_not_trainable",
}
"""File → code of the problem, `None` where it is accepted without a word."""
BEYOND_THE_MANIFEST = frozenset({"prompt_completion"})
"""Trained here with a warning; the manifest has the hosted chat models in mind, which refuse such rows."""

FIXED = (
    "pretty_printed",
    "json_array",
    "trailing_commas",
    "python_repr",
    "curly_quotes",
    "two_objects_one_line",
    "comment_line",
    "utf8_bom",
    "crlf",
    "blank_lines",
    "message_not_messages",
    "row_is_list",
    "messages_is_string",
    "role_typo",
    "args_object",
    "args_double_encoded",
    "tools_as_string",
)
"""Files that `fix` puts right; it leaves the others as they are."""
CONVERTED = ("csv_named_jsonl", "prompt_completion", "alpaca_keys", "dpo_chosen_rejected")

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not MALFORMED.exists(), reason="../shared/data/malformed is not there"),
]


def test_a_public_set_of_preferences_is_read_whole():
    file = MALFORMED.with_name("pandalm_human_pref") / "preference.train.jsonl"

    report = check_file(file, method="dpo")

    assert report.is_good
    assert sum(1 for _ in read_examples(file, method="dpo")) == report.n_rows == 550


def read_manifest() -> dict[str, dict[str, Any]]:
    lines = (MALFORMED / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    return {record["file"].removesuffix(".jsonl"): record for record in records}


def test_every_file_of_the_manifest_has_a_reaction():
    assert REACTIONS.keys() == read_manifest().keys()


@pytest.mark.parametrize("name", REACTIONS)
def test_reaction_is_the_decided_one(name):
    record = read_manifest()[name]
    code = REACTIONS[name]

    report = check_file(MALFORMED / record["file"], method=METHODS[record["method"]])

    if code is None:
        assert report.is_good
        assert report.counts_by_code == {}
        return
    is_error = RULES[code].severity == "error"
    assert report.is_good != is_error
    problem = next(problem for problem in (*report.errors, *report.warnings) if problem.code == code)
    # Some are no matter of a line.
    if record["line"] is not None and code not in ("method_not_trainable", "no_chat_template"):
        assert problem.line == record["line"]


@pytest.mark.parametrize(
    "name",
    [name for name, code in REACTIONS.items() if code != "method_not_trainable" and name not in BEYOND_THE_MANIFEST],
)
def test_what_the_manifest_would_accept_or_refuse_we_do_too(name):
    record = read_manifest()[name]

    report = check_file(MALFORMED / record["file"], method=METHODS[record["method"]])

    allowed = {word for word in ("accept", "warn", "reject") if word in record["expect"]}
    reaction = "reject" if not report.is_good else "warn" if report.n_warnings else "accept"
    # Accepting a row and saying a word about it is still accepting it.
    assert reaction in allowed or (reaction == "warn" and "accept" in allowed)


def repaired(name: str, tmp_path: Path):
    """Give the report on the repairs of a file, and where the repaired file is."""
    path = tmp_path / "fixed.jsonl"
    written: list[bytes] = []
    report = fix_file(MALFORMED / f"{name}.jsonl", written.append)
    path.write_bytes(b"".join(written))
    return report, path


@pytest.mark.parametrize("name", FIXED)
def test_a_repaired_file_has_no_problem_left_and_all_its_rows(name, tmp_path):
    method = METHODS[read_manifest()[name]["method"]]

    report, path = repaired(name, tmp_path)

    after = check_file(path, method=method)
    assert after.is_good
    assert after.counts_by_code == {}
    assert report.n_left == 0
    assert after.n_rows >= 12 or name.startswith(("args", "tools"))


@pytest.mark.parametrize("name", sorted(REACTIONS.keys() - {*FIXED, "csv_named_jsonl", "no_final_newline"}))
def test_what_is_not_repaired_stays_byte_for_byte(name, tmp_path):
    report, path = repaired(name, tmp_path)

    assert report.counts == {}
    assert path.read_bytes().removesuffix(b"\n") == (MALFORMED / f"{name}.jsonl").read_bytes().removesuffix(b"\n")


@pytest.mark.parametrize("name", CONVERTED)
def test_a_converted_file_is_good(name, tmp_path):
    path = tmp_path / "converted.jsonl"
    written: list[bytes] = []

    report = convert_file(MALFORMED / f"{name}.jsonl", written.append, ConvertOptions())

    path.write_bytes(b"".join(written))
    method = "dpo" if report.format == "preference" else "supervised"
    assert report.n_refused == 0
    assert check_file(path, method=method, is_training_file=False).counts_by_code == {}
