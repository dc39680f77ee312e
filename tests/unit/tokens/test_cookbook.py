"""The cookbook's count, with a tokenizer whose tokens are words."""

import pytest

from tuneport.data import Example, Message, TextExample, ToolCall
from tuneport.tokens.cookbook import Cookbook


def count_words(texts):
    return [len(text.split()) for text in texts]


def counted(*chats, n_epochs=None):
    cookbook = Cookbook(count_words)
    cookbook.add([Example(line, chat) for line, chat in enumerate(chats, start=1)])
    return cookbook.result(n_epochs)


CHAT = (Message("system", "Be brief"), Message("user", "How are you"), Message("assistant", "Well thanks"))


@pytest.mark.requirement("R15.2")
def test_a_row_has_three_tokens_more_and_three_for_each_message():
    found = counted(CHAT)

    # 3 roles and 7 words.
    assert found.tokens.total == 3 + 3 * 3 + 3 + 7
    assert found.answer_tokens.total == 2


def test_a_name_is_counted_with_one_token_more():
    named = (Message("user", "Hi", name="Ann Lee"), Message("assistant", "Hi"))

    assert counted(named).tokens.total == 3 + 2 * 3 + 2 + 2 + 2 + 1


def test_calls_are_counted_by_name_and_arguments():
    calls = (Message("user", "Ring"), Message("assistant", tool_calls=(ToolCall("call_1", "ring", '{"n": 1}'),)))

    assert counted(calls).tokens.total == 3 + 2 * 3 + 2 + 1 + 1 + 2


def test_tokens_are_billed_once_an_epoch_up_to_the_limit():
    long = (Message("user", "word " * 20_000), Message("assistant", "Well"))

    found = counted(CHAT, long)

    assert found.n_epochs == 25
    _, sixteen, sixty_five = found.billing
    assert (sixteen.longest_row_tokens, sixteen.n_rows_cut) == (16_385, 1)
    assert sixteen.tokens_per_epoch == 22 + 16_385
    assert sixteen.tokens == 25 * sixteen.tokens_per_epoch
    assert (sixty_five.n_rows_cut, sixty_five.tokens_per_epoch) == (0, found.tokens.total)


def test_epochs_are_those_that_were_asked_for():
    assert counted(CHAT, n_epochs=2).billing[0].tokens == 44


def test_rows_without_system_or_user_are_counted():
    found = counted(CHAT, CHAT[1:], CHAT[2:])

    assert (found.n_rows_without_system, found.n_rows_without_user) == (2, 1)


def test_the_formula_is_for_chat_rows():
    cookbook = Cookbook(count_words)
    cookbook.add([TextExample(1, "Say", "Hi")])

    assert cookbook.result() is None
