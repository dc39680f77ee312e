import pytest

from tuneport.data import Message, ToolCall
from tuneport.evals import Answer, is_right
from tuneport.evals.judge import same_value


def _text(content):
    return Message("assistant", content)


def _calls(*calls):
    return Message("assistant", None, tool_calls=_tool_calls(*calls))


def _tool_calls(*calls):
    return tuple(ToolCall(f"call_{index}", name, arguments) for index, (name, arguments) in enumerate(calls))


def _answer(text=None, *calls):
    return Answer(text, _tool_calls(*calls), prompt_tokens=10)


def test_text_is_right_when_its_characters_are_those_expected_apart_from_outer_white_space():
    assert is_right(_text("card_arrival"), _answer(" card_arrival\n"))
    assert not is_right(_text("card_arrival"), _answer("Card_arrival"))
    assert not is_right(_text("card_arrival"), _answer("card arrival"))


def test_an_empty_answer_is_wrong_where_text_is_expected():
    assert not is_right(_text("yes"), _answer(None))
    assert not is_right(_text("yes"), _answer(""))


def test_json_is_right_when_its_value_is_the_same_in_any_order_of_keys():
    expected = _text('{"room": "attic", "level": 3}')

    assert is_right(expected, _answer('{"level":3,"room":"attic"}'))
    assert not is_right(expected, _answer('{"level":4,"room":"attic"}'))
    assert not is_right(expected, _answer('{"level":3,"room":"attic"'))


def test_bare_numbers_and_quoted_words_are_compared_as_text():
    assert not is_right(_text("42"), _answer("42.0"))
    assert not is_right(_text('"yes"'), _answer("yes"))


def test_a_call_is_right_when_name_and_parsed_arguments_are_those_expected():
    expected = _calls(("set_light", '{"room":"attic","level":3}'))

    assert is_right(expected, _answer(None, ("set_light", '{ "level": 3, "room": "attic" }')))
    assert not is_right(expected, _answer(None, ("set_light", '{"room":"attic","level":"3"}')))
    assert not is_right(expected, _answer(None, ("dim_light", '{"room":"attic","level":3}')))


def test_text_instead_of_a_call_and_a_call_instead_of_text_are_wrong():
    assert not is_right(_calls(("stop", "{}")), _answer("stop()"))
    assert not is_right(_text("Stopping."), _answer("Stopping.", ("stop", "{}")))


def test_parallel_calls_are_right_in_any_order_but_not_with_one_missing_or_doubled():
    expected = _calls(("go", '{"x":1}'), ("go", '{"x":2}'))

    assert is_right(expected, _answer(None, ("go", '{"x":2}'), ("go", '{"x":1}')))
    assert not is_right(expected, _answer(None, ("go", '{"x":1}')))
    assert not is_right(expected, _answer(None, ("go", '{"x":1}'), ("go", '{"x":1}')))
    assert not is_right(expected, _answer(None, ("go", '{"x":1}'), ("go", '{"x":2}'), ("go", '{"x":2}')))


def test_arguments_that_the_training_file_encoded_twice_equal_the_same_arguments_encoded_once():
    expected = _calls(("fly", '"{\\"height\\": 10}"'))

    assert is_right(expected, _answer(None, ("fly", '{"height":10}')))


def test_no_arguments_equal_empty_arguments():
    assert is_right(_calls(("stop", "")), _answer(None, ("stop", "{}")))


def test_arguments_that_are_not_json_are_wrong_unless_they_are_the_same_characters():
    assert is_right(_calls(("say", "{oops")), _answer(None, ("say", "{oops")))
    assert not is_right(_calls(("say", "{oops")), _answer(None, ("say", "{ouch")))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 1.0, True),
        (True, 1, False),
        (0, False, False),
        (None, None, True),
        ([1, 2], [2, 1], False),
        ([], {}, False),
        ({"a": [{"b": None}]}, {"a": [{"b": None}]}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ("1", 1, False),
    ],
)
def test_same_value_follows_json_not_python(left, right, expected):
    assert same_value(left, right) is expected


def test_values_nested_deeper_than_the_call_stack_are_compared():
    left, right = [], []
    for _ in range(100_000):
        left, right = [left], [right]

    assert same_value(left, right)
