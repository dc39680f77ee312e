"""Rows whose text is nearly the same."""

import random

import numpy as np
import pytest

from tuneport.data.quality.near_rows import group_near
from tuneport.data.quality.sketches import similarity, sketch_texts

QUESTION = (
    "Please tell me when the museum by the harbour opens on Sunday morning, and whether dogs may come in with us."
)
ANSWER = (
    "It opens at ten on Sundays and closes at five. Dogs on a short lead may visit the ground floor and the garden."
)


def shared_share(left, right):
    """The similarity that a sketch estimates, from all runs of eight bytes."""
    left, right = ({text[place : place + 8] for place in range(len(text) - 7)} for text in (left, right))
    return len(left & right) / len(left | right)


def test_one_other_word_makes_a_near_duplicate(findings, chat, other_rows):
    rows = [chat(QUESTION, ANSWER), *other_rows, chat(QUESTION.replace("tell", "inform"), ANSWER)]

    found = findings(rows)

    assert found.keys() == {"near_duplicate_rows"}
    assert (found["near_duplicate_rows"].count, found["near_duplicate_rows"].lines) == (1, (32,))
    (group,) = found["near_duplicate_rows"].groups
    assert (group.lines, group.n_rows) == ((1, 32), 2)
    assert 0.8 <= group.similarity < 1


def test_rows_that_are_the_same_are_not_reported_a_second_time_as_nearly_the_same(findings, chat, other_rows):
    found = findings([chat(QUESTION, ANSWER), *other_rows, chat(QUESTION, ANSWER)])

    assert found.keys() == {"duplicate_rows"}


def test_a_long_instruction_does_not_make_rows_alike(findings, other_rows):
    for row in other_rows:
        row["messages"].insert(0, {"role": "system", "content": f"{QUESTION} {ANSWER}" * 5})

    assert findings(other_rows) == {}


def test_words_around_every_question_do_not_make_rows_alike(findings, other_rows):
    for row in other_rows:
        row["messages"][0]["content"] = f"{QUESTION}{QUESTION} The text: {row['messages'][0]['content']} {ANSWER}"

    assert findings(other_rows) == {}


def test_near_duplicates_are_found_among_rows_with_the_same_words_around(findings, chat, other_rows):
    rows = [chat(QUESTION, ANSWER), *other_rows, chat(QUESTION.replace("tell", "inform"), ANSWER)]
    for row in rows:
        row["messages"][0]["content"] = f"What does this say? {'Think of it. ' * 9}{row['messages'][0]['content']}"

    assert findings(rows)["near_duplicate_rows"].lines == (32,)


@pytest.mark.parametrize("n_changed", [0, 2, 5, 10, 20])
def test_the_similarity_of_sketches_is_the_share_of_text_in_common(n_changed):
    words = [f"word{random.Random(index).randrange(10**6)}" for index in range(100)]
    changed = [word[::-1] if index < n_changed else word for index, word in enumerate(words)]
    left, right = " ".join(words), " ".join(changed)

    estimated = float(similarity(*sketch_texts([left, right])))

    assert estimated == pytest.approx(shared_share(left, right), abs=0.12)


def test_many_copies_are_one_group_and_strangers_stay_alone():
    texts = [f"{QUESTION} {ANSWER} {index % 7}" if index % 2 else f"{index} " * 40 for index in range(400)]

    roots = group_near(sketch_texts(texts))

    assert set(roots[1::2]) == {1}
    assert np.array_equal(roots[0::2], np.arange(0, 400, 2))
