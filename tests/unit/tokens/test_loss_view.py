"""What is shown of a row is what training gets."""

import numpy as np
import pytest

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.data import Example, Message, PreferenceExample, TextExample
from tuneport.tokens import ChatTemplate, Renderer, view_loss
from tuneport.tokens.loss_view import MAX_CUT_TOKENS_SHOWN

LONG = 10_000


@pytest.fixture
def renderer():
    template = ChatTemplate(TEMPLATE.read_text(), stop_tokens=["<|im_end|>"])
    return Renderer(template, byte_tokenizer(), frozenset({STOP_TOKEN_ID}))


def chat(answer, weight=1.0):
    return Example(1, (Message("user", "Hi"), Message("assistant", answer, weight=weight)))


def text_with_loss(row):
    return "".join(token.text for token in row.tokens if token.weight)


@pytest.mark.parametrize("longest", [LONG, 100])
def test_ids_and_weights_are_those_that_training_gets(renderer, longest):
    example = chat("Hello, how are you?")
    trained = renderer.tokenize_example(example, longest_row_tokens=longest)

    (row,) = view_loss(example, renderer, longest_row_tokens=longest).rows

    kept = [token for token in row.tokens if not token.is_cut]
    assert [token.id for token in kept] == trained.token_ids.tolist()
    assert [token.weight for token in kept] == trained.loss_weights.tolist()
    assert (row.n_tokens, row.n_loss_tokens) == (len(trained.token_ids), trained.loss_tokens)


def test_answer_and_its_end_carry_loss_with_their_weight(renderer):
    (row,) = view_loss(chat("Hello", weight=0.5), renderer, longest_row_tokens=LONG).rows

    assert text_with_loss(row) == "Hello<|im_end|>"
    assert {token.weight for token in row.tokens} == {0.0, 0.5}
    assert (row.n_loss_tokens, row.loss_weight, row.cut_at) == (6, 3.0, None)


def test_what_is_cut_is_shown_behind_the_cut_without_loss(renderer):
    (whole,) = view_loss(chat("Hello"), renderer, longest_row_tokens=LONG).rows

    (row,) = view_loss(chat("Hello"), renderer, longest_row_tokens=whole.n_tokens - 4).rows

    assert [token.id for token in row.tokens] == [token.id for token in whole.tokens]
    assert [token.is_cut for token in row.tokens] == [False] * (whole.n_tokens - 4) + [True] * 4
    assert text_with_loss(row) == "Hel"
    assert (row.cut_at, row.n_tokens_cut) == (whole.n_tokens - 4, 4)


def test_of_a_long_tail_only_the_beginning_is_shown(renderer):
    (row,) = view_loss(chat("a" * 2000), renderer, longest_row_tokens=200).rows

    assert len(row.tokens) == 200 + MAX_CUT_TOKENS_SHOWN
    assert row.n_tokens_cut > 1500


def test_both_answers_of_a_pair_are_shown(renderer):
    pair = PreferenceExample(preferred=chat("Hello"), non_preferred=chat("Go"))

    rows = view_loss(pair, renderer, longest_row_tokens=LONG).rows

    assert [(row.answer, text_with_loss(row)) for row in rows] == [
        ("preferred", "Hello<|im_end|>"),
        ("non_preferred", "Go<|im_end|>"),
    ]


@pytest.mark.parametrize(("answers", "is_trained"), [("ab", True), ("aa", False)])
def test_a_pair_of_which_nothing_is_preferred_is_not_trained(renderer, answers, is_trained):
    preferred, other = (chat(f"Hello {answer}") for answer in answers)

    assert view_loss(PreferenceExample(preferred, other), renderer, longest_row_tokens=LONG).is_trained is is_trained


def test_of_raw_text_only_the_completion_and_its_end_carry_loss(renderer):
    (row,) = view_loss(TextExample(1, "2 + 2 =", " 4"), renderer, longest_row_tokens=LONG).rows

    assert row.answer is None
    assert text_with_loss(row) == " 4<|im_end|>"


def test_json_has_plain_numbers(renderer):
    (row,) = view_loss(chat("é"), renderer, longest_row_tokens=LONG).rows

    token = row.to_json()["tokens"][0]

    assert token == {
        "id": 1,
        "text": "<|im_start|>",
        "bytes": None,
        "weight": 0.0,
        "is_special": True,
        "is_cut": False,
    }
    assert not isinstance(token["id"], np.integer)
