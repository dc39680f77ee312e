from tuneport.data import Example, Message, TextExample
from tuneport.evals import Answer, FewShotCompleter, choose_examples


class _Recorder:
    def __init__(self):
        self.requests = []

    def complete(self, messages, tools, *, max_tokens):
        self.requests.append((list(messages), tools, max_tokens))
        return Answer("ok", (), seconds=0.0, prompt_tokens=1)

    def complete_text(self, prompt, *, max_tokens):
        self.requests.append((prompt, max_tokens))
        return Answer(" 4\n\n5 + 5 = 10", (), seconds=0.0, prompt_tokens=1)


def _row(line):
    messages = (Message("system", "Be brief."), Message("user", f"q{line}"), Message("assistant", f"a{line}"))
    return Example(line=line, messages=messages)


def test_examples_come_after_the_rows_own_instructions_and_before_its_question():
    recorder = _Recorder()
    completer = FewShotCompleter(recorder, [_row(1), _row(2)])
    tools = [{"type": "function", "function": {"name": "f"}}]

    completer.complete([Message("system", "Own."), Message("user", "now?")], tools, max_tokens=7)

    messages, seen_tools, max_tokens = recorder.requests[0]
    assert [message.content for message in messages] == ["Own.", "q1", "a1", "q2", "a2", "now?"]
    assert (seen_tools, max_tokens) == (tools, 7)


def test_a_row_without_instructions_starts_with_the_examples():
    recorder = _Recorder()

    FewShotCompleter(recorder, [_row(1)]).complete([Message("user", "now?")], [], max_tokens=7)

    assert [message.content for message in recorder.requests[0][0]] == ["q1", "a1", "now?"]


def test_one_seed_gives_one_choice_and_another_seed_another():
    rows = [_row(line) for line in range(1, 101)]

    first, again, other = (choose_examples(rows, seed=seed) for seed in (0, 0, 1))

    assert first == again != other
    assert len({row.line for row in first}) == 5
    assert [row.line for row in first] == sorted(row.line for row in first)


def test_a_file_with_fewer_rows_than_asked_gives_all_of_them():
    rows = [_row(1), _row(2)]

    assert choose_examples(rows, n_rows=5) == rows


def test_raw_text_comes_after_raw_examples_and_the_answer_ends_before_the_next_one():
    recorder = _Recorder()
    completer = FewShotCompleter(recorder, [TextExample(1, "1 + 1 =", " 2"), _row(2)])

    answer = completer.complete_text("2 + 2 =", max_tokens=7)

    assert recorder.requests == [("1 + 1 = 2\n\n2 + 2 =", 7)]
    assert answer.text == " 4"


def test_an_answer_may_have_blank_lines_where_the_examples_have_them():
    recorder = _Recorder()
    completer = FewShotCompleter(recorder, [TextExample(1, "1 + 1 =", " 2\n\nThat is two.")])

    answer = completer.complete_text("2 + 2 =", max_tokens=7)

    assert recorder.requests == [("1 + 1 = 2\n\nThat is two.\n\n###\n\n2 + 2 =", 7)]
    assert answer.text == " 4\n\n5 + 5 = 10"
