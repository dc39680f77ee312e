"""Rows that are the same, and prompts that come again."""

QUESTION = "Is the museum by the harbour open on Sunday mornings, and how much is a ticket?"
YES = "Yes, it opens at ten and closes at five. A ticket is eight crowns, and children pay half of that."
NO = "No, on Sundays the whole house is closed, but the garden behind it is open to everybody for free."


def test_rows_without_fault_have_no_finding(findings, other_rows):
    assert findings(other_rows) == {}


def test_rows_that_are_the_same_json_are_one_group_whatever_the_order_of_keys(findings, chat, other_rows):
    row = chat(QUESTION, YES, parallel_tool_calls=True)
    turned = dict(reversed(row.items()))

    found = findings([row, *other_rows, turned, row])["duplicate_rows"]

    assert (found.count, found.share, found.lines) == (2, round(2 / 33, 4), (32, 33))
    assert [(group.lines, group.n_rows, group.similarity) for group in found.groups] == [((1, 32, 33), 3, 1.0)]


def test_the_same_prompt_with_different_answers_is_a_contradiction(findings, chat, other_rows):
    rows = [chat(QUESTION.replace(" ", "  "), YES), *other_rows, chat(QUESTION.lower(), NO)]

    found = findings(rows)

    assert found.keys() == {"contradicting_answers"}
    assert (found["contradicting_answers"].count, found["contradicting_answers"].lines) == (2, (1, 32))


def test_the_same_prompt_with_the_same_answer_is_no_contradiction(findings, chat, other_rows):
    rows = [chat(QUESTION, YES), *other_rows, chat(QUESTION, YES, parallel_tool_calls=True)]

    found = findings(rows)

    assert "contradicting_answers" not in found
    assert (found["repeated_prompts"].count, found["repeated_prompts"].lines) == (1, (32,))


def test_another_instruction_makes_another_prompt(findings, chat, other_rows):
    polite, rude = chat(QUESTION, YES), chat(QUESTION, NO)
    for row, style in ((polite, "Be polite."), (rude, "Be rude.")):
        row["messages"].insert(0, {"role": "system", "content": style})

    assert findings([polite, *other_rows, rude]) == {}


def test_calls_that_differ_only_in_their_ids_are_the_same_answer(findings, other_rows):
    def calling(call_id, arguments):
        call = {"id": call_id, "type": "function", "function": {"name": "ring", "arguments": arguments}}
        asked = {"role": "user", "content": "Ring the bell twice"}
        return {"messages": [asked, {"role": "assistant", "tool_calls": [call]}]}

    same = findings([calling("a", '{"times": 2}'), *other_rows, calling("b", '{"times": 2}')])
    different = findings([calling("a", '{"times": 2}'), *other_rows, calling("b", '{"times": 3}')])

    assert "repeated_prompts" in same
    assert "contradicting_answers" in different


def test_rows_that_answer_nothing_are_not_compared_by_their_prompts(findings, other_rows):
    asked = {"messages": [{"role": "user", "content": "Add 3 and 5"}]}

    found = findings([asked | {"answer": "8"}, *other_rows, asked | {"answer": "9"}])

    assert "contradicting_answers" not in found


def test_rows_of_prompt_and_completion_are_compared_too(findings):
    texts = [{"prompt": "2 + 2 =", "completion": " 4"}, {"prompt": "2 + 2 =", "completion": " 5"}]

    assert "contradicting_answers" in findings(texts)


def test_a_pair_that_is_turned_is_a_contradiction_and_another_pair_is_none(findings):
    def pair(preferred, other):
        return {
            "input": {"messages": [{"role": "user", "content": QUESTION}]},
            "preferred_output": [{"role": "assistant", "content": preferred}],
            "non_preferred_output": [{"role": "assistant", "content": other}],
        }

    assert "contradicting_answers" in findings([pair(YES, NO), pair(NO, YES)])
    assert "contradicting_answers" not in findings([pair(YES, NO), pair(NO, "I could not say.")])
