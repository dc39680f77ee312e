"""A file becomes two: by chance but repeatably, groups whole, classes by their share."""

import json
from collections import Counter

import pytest

from tuneport.core import DataError, InvalidRequest
from tuneport.data import SplitOptions, split_file


def row(question, answer="a long answer in free text, which is not one of a few classes that rows choose from"):
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


@pytest.fixture
def split(write):
    def split(rows, **options):
        training, validation = [], []
        report = split_file(write(rows), training.append, validation.append, SplitOptions(**options))
        return report, *(b"".join(part).decode().splitlines() for part in (training, validation))

    return split


def questions(lines):
    return [json.loads(line)["messages"][0]["content"] for line in lines]


def answers(lines):
    return Counter(json.loads(line)["messages"][1]["content"] for line in lines)


def test_every_row_is_in_one_part_in_its_order(split):
    rows = [row(f"question {number}") for number in range(100)]

    report, training, validation = split(rows)

    assert (report.n_training, report.n_validation) == (len(training), len(validation)) == (90, 10)
    assert sorted(training + validation) == sorted(map(json.dumps, rows))
    assert questions(training) == sorted(questions(training), key=lambda text: int(text.split()[1]))


def test_the_same_seed_splits_the_same_way_and_another_does_not(split):
    rows = [row(f"question {number}") for number in range(100)]

    assert split(rows, seed=7)[2] == split(rows, seed=7)[2]
    assert split(rows, seed=7)[2] != split(rows, seed=8)[2]


@pytest.mark.parametrize("seed", range(5))
def test_prompts_that_differ_in_space_case_or_punctuation_stay_together(split, seed):
    rows = [
        row(text)
        for number in range(20)
        for text in (f"Where is {number}?", f"where  is {number}", f"WHERE IS {number}!")
    ]

    report, training, validation = split(rows, validation_rows=12, seed=seed)

    def numbers(lines):
        return {"".join(filter(str.isdigit, text)) for text in questions(lines)}

    assert numbers(training) & numbers(validation) == set()
    assert (report.n_validation, report.n_groups, report.n_grouped_rows) == (12, 20, 60)


SENTENCES = (
    "the quarterly report of the northern office lists every repair that was paid for in cash",
    "a lighthouse keeper on the western coast writes down each ship that passes before dawn",
    "most of the bread in this valley is still baked in ovens that burn the wood of old vines",
    "nobody remembers why the town hall has two clocks which never show quite the same time",
    "the choir rehearses on thursdays unless the river floods the meadow behind the school",
    "seven kinds of moss grow on the roof of the mill, and one of them glows after rain",
)


@pytest.mark.parametrize("seed", range(5))
def test_prompts_that_are_nearly_the_same_stay_together(split, seed):
    rows = [row(f"{sentence}{end}") for sentence in SENTENCES * 3 for end in ("", " today", " now")]

    report, training, validation = split(rows, validation_rows=18, seed=seed)

    def beginnings(lines):
        return {text[:30] for text in questions(lines)}

    assert beginnings(training) & beginnings(validation) == set()
    assert (report.n_validation, report.n_groups) == (18, 6)
    assert "nearly" in report.grouped_by


def test_rows_that_are_all_nearly_the_same_are_grouped_by_equal_words_alone(split):
    rows = [row(f"{SENTENCES[0]} {number:03}") for number in range(9)]

    report, training, validation = split(rows, validation_rows=3)

    assert (report.n_groups, len(training), len(validation)) == (9, 6, 3)
    assert report.grouped_by == "prompts of the same words"


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_ask_the_same_do_not_part_other_near_prompts(split, seed):
    rows = [row("ask the same")] * 50 + [row(f"{sentence}{end}") for sentence in SENTENCES for end in ("", " now")]

    report, training, validation = split(rows, validation_rows=6, seed=seed)

    assert {text[:30] for text in questions(training)} & {text[:30] for text in questions(validation)} == set()
    assert (report.n_validation, report.n_groups) == (6, 7)


def test_only_a_group_of_most_prompts_is_given_up(split):
    alike = [row(f"{SENTENCES[0]} {number:03}") for number in range(20)]
    pairs = [row(f"{sentence}{end}") for sentence in SENTENCES[1:] for end in ("", " now")]

    report, _, _ = split(alike + pairs)

    assert (report.n_groups, report.n_grouped_rows) == (25, 10)
    assert "nearly" in report.grouped_by


def test_each_of_a_few_short_answers_is_in_both_parts_by_its_share(split):
    rows = [row(f"q {number}", "rare" if number % 10 == 0 else "usual") for number in range(200)]

    report, training, validation = split(rows, validation_share=0.2)

    assert report.n_classes == 2
    assert answers(validation) == {"rare": 4, "usual": 36}
    assert answers(training) == {"rare": 16, "usual": 144}


def test_free_answers_are_no_classes(split):
    assert split([row(f"q {number}", f"answer {number}") for number in range(50)])[0].n_classes is None


def test_a_group_larger_than_what_is_wanted_stays_in_training(split):
    rows = [row("the same")] * 50 + [row(f"other {number}") for number in range(10)]

    _, training, validation = split(rows, validation_rows=5)

    assert len(validation) == 5
    assert questions(training).count("the same") == 50


def test_where_every_group_is_too_large_the_smallest_is_held_out(split):
    _, training, validation = split([row("a")] * 5 + [row("b")] * 4, validation_rows=1)

    assert (len(training), len(validation)) == (5, 4)


def test_rows_that_all_ask_the_same_cannot_be_split(split):
    with pytest.raises(DataError, match="All 20 rows ask the same"):
        split([row("the same")] * 20)


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"validation_rows": 10}, "validation_rows"),
        ({"validation_share": 1.0}, "validation_share"),
        ({"validation_rows": 2, "validation_share": 0.5}, "validation_rows"),
    ],
)
def test_numbers_that_leave_nothing_to_train_on_are_refused(split, options, param):
    with pytest.raises(InvalidRequest) as caught:
        split([row(str(number)) for number in range(10)], **options)

    assert caught.value.param == param


def test_an_empty_file_cannot_be_split(split):
    with pytest.raises(InvalidRequest, match="1 of 0 rows"):
        split([])


def test_lines_that_cannot_be_read_go_on_unchanged(split):
    text = "".join(json.dumps(row(f"q {number}")) + "\n" for number in range(9)) + "{broken\n"

    report, training, validation = split(text)

    assert report.n_unreadable == 1
    assert "{broken" in training + validation
