"""Answers that are empty, cut off, refusing, or of another length than the others."""

import json

import pytest

from tuneport.data.quality.refusals import is_refusal

LABELS = ["card_arrival", "card_lost", "top_up", "top_up_failed"]


def kinds(finding):
    return finding.counts_by_kind


@pytest.mark.parametrize("answer", ["", "  \n"])
def test_a_blank_answer_is_empty(findings, chat, sentence, other_rows, answer):
    found = findings([*other_rows, chat(sentence("asked"), answer)])

    assert found.keys() == {"empty_answers"}
    assert found["empty_answers"].lines == (31,)


def test_an_answer_that_only_calls_a_tool_is_not_empty(findings, other_rows):
    call = {"id": "a", "type": "function", "function": {"name": "ring_the_bell", "arguments": '{"times": 2}'}}
    row = {"messages": [{"role": "user", "content": "Ring it twice, now"}, {"role": "assistant", "tool_calls": [call]}]}

    assert "empty_answers" not in findings([*other_rows, row])


def test_an_answer_without_a_final_mark_looks_cut_where_the_others_have_one(findings, chat, sentence, other_rows):
    cut = sentence("long answer").removesuffix(".")

    found = findings([*other_rows, chat(sentence("asked"), cut)])["truncated_answers"]

    assert (found.count, found.lines, kinds(found)) == (1, (31,), {"no_final_mark": 1})


def test_answers_without_final_marks_are_fine_where_that_is_the_habit(findings, chat, other_rows):
    for row in other_rows[:15]:
        row["messages"][1]["content"] = row["messages"][1]["content"].removesuffix(".")

    assert findings(other_rows) == {}


@pytest.mark.parametrize("end", [",", " (", " the following:", " half-"])
def test_an_answer_that_ends_on_an_opening_mark_looks_cut(findings, chat, sentence, other_rows, end):
    found = findings([*other_rows, chat(sentence("asked"), sentence("answered").removesuffix(".") + end)])

    assert kinds(found["truncated_answers"]) == {"open_end": 1}


def test_an_unfinished_code_block_looks_cut_and_a_finished_one_does_not(findings, chat, sentence, other_rows):
    block = f"{sentence('said')}\n```python\nprint(1)\n"

    unfinished = findings([*other_rows, chat(sentence("asked"), block + "print(2)")])
    finished = findings([*other_rows, chat(sentence("asked"), block + "```")])

    assert kinds(unfinished["truncated_answers"])["open_code_block"] == 1
    assert "truncated_answers" not in finished


def test_json_that_does_not_parse_looks_cut_where_the_others_do(findings, chat, sentence):
    rows = [chat(sentence(f"asked {index}"), f'{{"said": "{sentence(str(index))}"}}') for index in range(20)]
    broken = chat(sentence("more"), f'{{"said": "{sentence("x")}", "and"')

    assert "broken_json" in kinds(findings([*rows, broken])["truncated_answers"])
    assert findings(rows) == {}


def test_json_of_more_values_than_are_read_is_no_json(findings, chat, monkeypatch):
    monkeypatch.setattr("tuneport.data.json_value.MAX_VALUES", 50)
    rows = [chat(f"List {number}", json.dumps([number] * 3)) for number in range(30)]

    found = findings([*rows, chat("List all", json.dumps([0] * 100))])

    assert found["truncated_answers"].lines == (31,)


def test_text_in_brackets_is_no_broken_json_where_no_answer_is_json(findings, chat, sentence, other_rows):
    song = f"[Verse] {sentence('sung')}"

    assert findings([*other_rows, chat(sentence("asked"), song)]) == {}


def test_a_label_that_lost_its_end_is_found(findings, chat, sentence):
    rows = [chat(sentence(f"asked {index}"), LABELS[index % 4]) for index in range(80)]

    found = findings([*rows, chat(sentence("asked"), "card_arriv")])

    assert (found["cut_words"].count, found["cut_words"].lines) == (1, (81,))
    assert "cut_words" not in findings(rows), "top_up is a whole word of top_up_failed"


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't assist with that.",
        "I\u2019m sorry, but I cannot help with that request.",
        "Sorry, I can't do that.",
        "As an AI language model, I have no opinions.",
        "I am unable to provide medical advice.",
        "I'm not able to share that.",
        "Unfortunately, I cannot answer that.",
    ],
)
def test_refusals_are_known_by_how_they_begin(answer):
    assert is_refusal(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry to hear that! Here is what you can do.",
        "I can help with that.",
        "I can't wait to help you with this!",
        "The museum cannot answer calls on Sundays.",
        "Paris.",
    ],
)
def test_other_answers_are_no_refusals(answer):
    assert not is_refusal(answer)


def test_the_share_of_refusals_is_told(findings, chat, sentence, other_rows):
    refusing = [chat(sentence(f"asked {index}"), f"I cannot help with {sentence(str(index))}") for index in range(10)]

    found = findings([*other_rows, *refusing])

    assert (found["refusals"].count, found["refusals"].share) == (10, 0.25)


def test_rows_far_longer_or_shorter_than_the_others_are_outliers(findings, chat, sentence, other_rows):
    long_answer = " ".join(sentence(f"part {index}") for index in range(60))

    found = findings([*other_rows, chat(sentence("asked"), long_answer), chat("Hm?", "Oh.")])["length_outliers"]

    assert (found.lines, kinds(found)) == ((31, 32), {"long": 1, "short": 1})


def test_lengths_that_vary_widely_have_no_outliers(findings, chat, sentence):
    answers = [" ".join(sentence(f"{row} {part}") for part in range(1 + row % 12)) for row in range(60)]
    rows = [chat(sentence(f"asked {row}"), answer) for row, answer in enumerate(answers)]

    assert "length_outliers" not in findings(rows)
