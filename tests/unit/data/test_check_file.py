"""The report on a whole file: limits, counts, formats, and what a job says of it."""

import json
from pathlib import Path

import pytest

from tuneport.core import InvalidRequest, NotFound
from tuneport.data import check_file

USER = {"role": "user", "content": "Hi"}


def row(number):
    return {"messages": [USER, {"role": "assistant", "content": f"Hello {number}"}]}


def test_ten_rows_are_enough_to_train(check):
    report = check([row(number) for number in range(10)], is_training_file=True)

    assert report.is_good
    assert (report.n_rows, report.format) == (10, "chat")
    assert report.n_bytes > 0


@pytest.mark.requirement("R1.5")
def test_seven_rows_fail_the_job_in_the_words_of_openai(check):
    report = check([row(number) for number in range(7)], is_training_file=True)

    assert report.job_failure() == (
        "invalid_n_examples",
        "Training file has 7 example(s), but must have at least 10 examples",
    )


def test_a_validation_file_may_have_one_row(check):
    assert check([row(1)], is_training_file=False).is_good


def test_an_empty_file_has_no_examples(check):
    training = check(b"", is_training_file=True)
    validation = check(b"", is_training_file=False)

    assert training.format == "empty"
    assert training.job_failure()[0] == "invalid_n_examples"
    assert validation.job_failure()[0] == "invalid_validation_file"


def test_a_broken_row_is_told_before_a_missing_one(check):
    report = check([row(1), {"messages": [USER, {"content": "Hello"}]}], is_training_file=True)

    code, message = report.job_failure()

    assert code == "invalid_training_file"
    assert message.startswith(
        "The job failed due to an invalid training file. Invalid file format. "
        "Example 2, message 2 has no 'role'. (Line 2.) "
    )
    assert message.endswith(" 1 more problem in this file.")


def test_only_twenty_problems_are_kept_in_full_and_all_are_counted(check):
    report = check([{"messages": []}] * 30)

    assert len(report.errors) == 20
    assert [error.line for error in report.errors] == list(range(1, 21))
    assert report.n_errors == report.counts_by_code["no_messages"] == 30
    assert len(report.warnings) == 20
    assert report.n_warnings == report.counts_by_code["repeated_row"] == 29


def test_a_line_is_not_the_number_of_its_row(check):
    report = check("\n\n" + json.dumps({"messages": []}) + "\n")

    assert (report.errors[0].line, report.errors[0].row) == (3, 1)


@pytest.mark.requirement("R1.5")
def test_a_chat_file_for_a_preference_job_fails_in_the_words_of_openai(check):
    report = check([row(1)], method="dpo", is_training_file=True)

    assert report.job_failure("file-abc") == (
        "invalid_training_file",
        "The job failed due to an invalid training file. Invalid file format. Input file file-abc is in the "
        "fine-tune-chat format, but the specified fine-tuning job is not using 'supervised' as the training method "
        "(provided method=dpo).",
    )


@pytest.mark.parametrize(
    ("rows", "found", "hint"),
    [
        ([{"input": {"messages": [USER]}, "preferred_output": []}] * 3, "preference", "'dpo'"),
        ([{"messages": [USER], "answer": "8"}] * 3, "reinforcement", "'reinforcement'"),
    ],
)
def test_another_format_is_one_error_with_a_hint(check, rows, found, hint):
    report = check(rows)

    assert report.format == found
    assert report.counts_by_code["wrong_format"] == 1
    assert hint in report.job_failure()[1]


def test_one_row_of_another_format_is_told_with_its_line(check):
    report = check([row(1), {"prompt": "Hi", "completion": "Hello"}])

    assert report.format == "chat"
    assert report.counts_by_code == {"mixed_formats": 1}
    assert "Example 2 is in the prompt_completion format, the rows before it in the chat" in report.job_failure()[1]


def test_rows_of_raw_text_are_good_with_a_warning(check):
    report = check([{"prompt": f"{number} + 1 =", "completion": f" {number + 1}"} for number in range(3)])

    assert (report.is_good, report.format) == (True, "prompt_completion")
    assert report.counts_by_code == {"no_chat_template": 1}


def test_rows_of_raw_text_are_not_for_preference_tuning(check):
    report = check([{"prompt": "Hi", "completion": "Hello"}] * 3, method="dpo")

    assert report.counts_by_code["wrong_format"] == 1
    assert "are for the method 'supervised'" in report.job_failure()[1]


def test_a_row_without_reply_in_a_chat_file_is_not_another_format(check):
    report = check([row(1), {"messages": [USER], "id": 7}])

    assert report.counts_by_code == {"unknown_row_key": 1, "no_assistant": 1}


def test_report_as_json_has_every_part_of_a_problem(check):
    report = check([{"messages": [{"role": "usre", "content": "Hi"}]}])

    document = json.loads(json.dumps(report.to_json()))

    assert document["is_good"] is False
    assert document["errors"][0] == {
        "code": "unknown_role",
        "line": 1,
        "row": 1,
        "field": "messages[0].role",
        "found": "message 1 has role 'usre'",
        "allowed": "Use one of 'system', 'developer', 'user', 'assistant', 'tool', 'function'.",
        "hint": "Did you mean 'user'?",
        "cookbook_name": "unrecognized_role",
        "message": "line 1: message 1 has role 'usre'. Use one of 'system', 'developer', 'user', 'assistant', 'tool', "
        "'function'. Did you mean 'user'?",
    }


def test_unknown_method_and_missing_file_are_refused(write):
    path = write(b"")

    with pytest.raises(InvalidRequest, match="Use one of 'supervised', 'dpo', 'reinforcement'"):
        check_file(path, method="sft")
    with pytest.raises(NotFound, match="no such file"):
        check_file(Path("nowhere.jsonl"))
