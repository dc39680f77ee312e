"""Rows for reinforcement are checked as far as they can be without their grader."""

USER = {"role": "user", "content": "3 + 5?"}
ROW = {"messages": [{"role": "developer", "content": "Be brief."}, USER], "reference_answer": "8", "points": [1, 2]}


def codes(report):
    return set(report.counts_by_code) - {"method_not_trainable"}


def test_good_rows_may_have_any_key_beside_their_messages(check):
    assert codes(check([ROW, ROW | {"id": 7}], method="reinforcement")) == set()


def test_messages_are_held_to_the_rules_of_any_row(check):
    broken = [
        [{"role": "usr", "content": 3}],
        [USER | {"content": None}],
        [],
        [USER, {"role": "assistant", "content": "8"}],
    ]

    report = check([ROW, *(ROW | {"messages": messages} for messages in broken)], method="reinforcement")

    assert codes(report) == {"unknown_role", "missing_content", "no_messages", "no_final_question"}
