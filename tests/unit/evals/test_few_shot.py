from tuneport.core import go_on
from tuneport.data import Example, Message, TextExample
from tuneport.evals import Answer, AnswerRoom, FewShotCompleter, Question, choose_examples


class _Recorder:
    def __init__(self):
        self.requests = []

    def complete(self, question, room, check):
        self.requests.append((question, room))
        return Answer(" 4\n\n5 + 5 = 10", (), prompt_tokens=1)

    @property
    def contents(self):
        return [message.content for message in self.requests[0][0].messages]


def _ask(completer, *messages, prompt=None, tools=()):
    question = Question(1, messages, tools, Message("assistant", "a"), prompt)
    return completer.complete(question, AnswerRoom(1, 7), go_on)


def _row(line):
    messages = (Message("system", "Be brief."), Message("user", f"q{line}"), Message("assistant", f"a{line}"))
    return Example(line=line, messages=messages)


def test_examples_come_after_the_rows_own_instructions_and_before_its_question():
    recorder = _Recorder()
    tools = ({"type": "function", "function": {"name": "f"}},)

    _ask(
        FewShotCompleter(recorder, [_row(1), _row(2)]),
        Message("system", "Be brief."),
        Message("user", "now?"),
        tools=tools,
    )

    assert recorder.contents == ["Be brief.", "q1", "a1", "q2", "a2", "now?"]
    assert (recorder.requests[0][0].tools, recorder.requests[0][1]) == (tools, AnswerRoom(1, 7))


def test_examples_keep_instructions_that_are_not_those_of_the_row():
    recorder = _Recorder()

    _ask(FewShotCompleter(recorder, [_row(1)]), Message("system", "Passage: B."), Message("user", "now?"))

    assert recorder.contents == ["Passage: B.", "Be brief.\n\nq1", "a1", "now?"]


def test_an_example_in_which_nobody_speaks_first_keeps_its_instructions_too():
    recorder = _Recorder()
    example = Example(1, (Message("system", "Greet."), Message("assistant", "Hello!")))

    _ask(FewShotCompleter(recorder, [example]), Message("user", "now?"))

    assert recorder.contents == ["Greet.", "Hello!", "now?"]
    assert recorder.requests[0][0].messages[0].role == "user"


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

    answer = _ask(completer, prompt="2 + 2 =")

    assert recorder.requests[0][0].prompt == "1 + 1 = 2\n\n2 + 2 ="
    assert answer.text == " 4"


def test_an_answer_may_have_blank_lines_where_the_examples_have_them():
    recorder = _Recorder()
    completer = FewShotCompleter(recorder, [TextExample(1, "1 + 1 =", " 2\n\nThat is two.")])

    answer = _ask(completer, prompt="2 + 2 =")

    assert recorder.requests[0][0].prompt == "1 + 1 = 2\n\nThat is two.\n\n###\n\n2 + 2 ="
    assert answer.text == " 4\n\n5 + 5 = 10"
