import json

import pytest

from tuneport.data import find_trained_lines


@pytest.fixture
def write(tmp_path):
    def write_rows(name, *rows):
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
        return path

    return write_rows


def _chat(question, answer, system="Be brief.", **fields):
    messages = [("system", system), ("user", question), ("assistant", answer)]
    return {"messages": [{"role": role, "content": content} for role, content in messages], **fields}


def test_rows_that_ask_what_was_trained_are_found_whatever_they_answer(write):
    training = write("train.jsonl", _chat("Where is it?", "a"), _chat("Why?", "b"))
    path = write(
        "held_out.jsonl",
        _chat("Who?", "a"),
        _chat("where is  IT?", "c"),
        _chat("Why?", "b", system="Be long."),
        _chat("Why?", "b", tools=[{"type": "function", "function": {"name": "f"}}]),
        _chat("Why?", "b"),
    )

    assert find_trained_lines(path, training, n_rows=9) == {2, 5}
    assert find_trained_lines(path, training, n_rows=4) == {2}


def test_rows_of_raw_text_are_found_by_their_prompts(write):
    training = write("train.jsonl", {"prompt": "2 + 2 =", "completion": " 4"})
    path = write("held_out.jsonl", {"prompt": "2 + 2 =", "completion": " 5"}, {"prompt": "", "completion": " 4"})

    assert find_trained_lines(path, training, n_rows=9) == {1}


def test_what_the_check_raises_ends_it(write):
    path = write("train.jsonl", _chat("Why?", "b"))

    def check():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        find_trained_lines(path, path, n_rows=9, check=check)
