import pytest

from tuneport.data import Balance, Example, Message, PreferenceExample, TextExample, ToolCall


def chat(answer, question="Which?"):
    return Example(1, (Message("user", question), Message("assistant", answer)))


def balance_of(examples):
    balance = Balance()
    for example in examples:
        balance.add(example)
    return balance


@pytest.mark.requirement("R9.1")
def test_few_short_answers_are_classes_and_counted():
    balance = balance_of([chat("spam"), chat("ham"), chat("spam "), chat("spam")])

    assert balance.classes == {"spam": 3, "ham": 1}


def test_completions_can_be_classes():
    balance = balance_of([TextExample(1, "a", " yes"), TextExample(2, "b", " no"), *[TextExample(3, "c", " yes")] * 2])

    assert balance.classes == {"yes": 3, "no": 1}


@pytest.mark.parametrize(
    "examples",
    [
        [chat(f"answer {n}") for n in range(200)],
        [chat("a"), chat("b"), chat("c")],
        [chat("spam"), chat("spam"), chat("a long text " * 20)],
        [chat("spam"), chat("spam"), PreferenceExample(chat("a"), chat("b"))],
        [],
    ],
    ids=["too many", "hardly repeated", "one is a text", "preferences", "no rows"],
)
def test_other_answers_are_no_classes(examples):
    assert balance_of(examples).classes is None


def calling(*names, declared=()):
    calls = tuple(ToolCall(f"call_{n}", name, "{}") for n, name in enumerate(names))
    tools = tuple({"type": "function", "function": {"name": name}} for name in declared)
    return Example(1, (Message("user", "Go"), Message("assistant", tool_calls=calls)), tools)


def test_calls_are_counted_by_tool_and_tools_never_called_are_named():
    balance = balance_of(
        [calling("ring", "ring", declared=["ring", "dim"]), calling("open"), chat("No."), calling("ring")]
    )

    tools = balance.tools

    assert tools.calls == {"ring": 3, "open": 1}
    assert tools.never_called == ("dim",)
    assert (tools.n_rows_with_tools, tools.n_rows_with_calls) == (1, 3)


def test_a_file_without_tools_says_nothing_of_them():
    assert balance_of([chat("yes")]).tools is None
