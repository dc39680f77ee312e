"""Validation rows that are in the training file."""

QUESTION = (
    "Please tell me when the museum by the harbour opens on Sunday morning, and whether dogs may come in with us."
)
ANSWER = (
    "It opens at ten on Sundays and closes at five. Dogs on a short lead may visit the ground floor and the garden."
)


def test_files_with_nothing_in_common_have_no_leak(review, other_rows):
    report = review(other_rows[:20], other_rows[20:])

    assert report.findings == ()
    assert report.n_validation_rows == 10


def test_how_many_validation_rows_were_searched_for_near_leaks_is_told(review, other_rows, monkeypatch):
    monkeypatch.setattr("tuneport.data.quality.leaks.MAX_COMPARED_VALIDATION_ROWS", 4)

    report = review(other_rows[:20], other_rows[20:])

    assert (report.n_validation_rows, report.n_compared_validation_rows) == (10, 4)


def test_without_a_validation_file_there_is_nothing_to_leak(review, other_rows):
    assert review(other_rows).n_validation_rows is None


def test_a_validation_row_that_is_trained_is_a_leak(findings, other_rows):
    found = findings(other_rows[:20], [*other_rows[20:], other_rows[4]])

    assert found.keys() == {"leaked_rows"}
    assert (found["leaked_rows"].count, found["leaked_rows"].share) == (1, round(1 / 11, 4))
    (group,) = found["leaked_rows"].groups
    assert (group.validation_lines, group.lines, group.similarity) == ((11,), (5,), 1.0)


def test_a_trained_prompt_with_another_answer_is_a_leak_of_the_prompt(findings, chat, sentence, other_rows):
    question = other_rows[4]["messages"][0]["content"]

    found = findings(other_rows[:20], [*other_rows[20:], chat(question, sentence("another answer"))])

    assert found.keys() == {"leaked_prompts"}
    assert found["leaked_prompts"].groups[0].lines == (5,)


def test_a_trained_prompt_with_another_pair_of_answers_is_a_leak_of_the_prompt(findings, sentence, other_rows):
    def pair(seed):
        return {
            "input": {"messages": [{"role": "user", "content": QUESTION}]},
            "preferred_output": [{"role": "assistant", "content": sentence(f"good {seed}") * 3}],
            "non_preferred_output": [{"role": "assistant", "content": sentence(f"bad {seed}") * 3}],
        }

    found = findings([*other_rows[:20], pair("here")], [*other_rows[20:], pair("there")])

    assert {code for code in found if "leaked" in code} == {"leaked_prompts"}


def test_a_row_that_is_nearly_trained_is_a_near_leak(findings, chat, other_rows):
    training = [*other_rows[:20], chat(QUESTION, ANSWER)]

    found = findings(training, [chat(QUESTION.replace("tell", "inform"), ANSWER), *other_rows[20:]])

    assert found.keys() == {"near_leaked_rows"}
    (group,) = found["near_leaked_rows"].groups
    assert (group.validation_lines, group.lines) == ((1,), (21,))
    assert 0.8 <= group.similarity < 1


def test_a_prompt_that_is_nearly_trained_is_a_near_leak_of_the_prompt(findings, chat, sentence, other_rows):
    training = [*other_rows[:20], chat(QUESTION, ANSWER * 3)]
    asked_again = chat(QUESTION.replace("tell", "inform"), sentence("another answer") * 3)

    found = findings(training, [asked_again, *other_rows[20:]])

    assert found.keys() == {"near_leaked_prompts"}
    assert found["near_leaked_prompts"].groups[0].lines == (21,)


def test_a_file_against_itself_is_leaked_whole(findings, other_rows):
    found = findings(other_rows, other_rows)

    assert found.keys() == {"leaked_rows"}
    assert (found["leaked_rows"].count, found["leaked_rows"].share) == (30, 1.0)
    assert len(found["leaked_rows"].groups) == 20
