import pytest
from tokenizers import AddedToken, pre_tokenizers

from tiny_model import byte_tokenizer
from tuneport.tokens.special_marks import find_special_marks


def with_pre_tokenizer(pre_tokenizer):
    tokenizer = byte_tokenizer()
    tokenizer.pre_tokenizer = pre_tokenizer
    return tokenizer


def with_token(**flags):
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens([AddedToken("<mark>", **flags)])
    return tokenizer


def test_a_text_is_cut_at_the_longest_token_of_a_place():
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in ("<call", "<call>")])

    marks = find_special_marks(tokenizer)

    assert marks.split("a<call><callb") == ["a", "<call>", "", "<call", "b"]


def test_a_token_that_is_looked_for_later_cuts_nothing():
    marks = find_special_marks(with_token(normalized=True))

    assert marks.split("a<mark>b") == ["a<mark>b"]


@pytest.mark.parametrize(
    "tokenizer",
    [
        with_pre_tokenizer(pre_tokenizers.Metaspace(prepend_scheme="first")),
        with_pre_tokenizer(pre_tokenizers.Sequence([pre_tokenizers.Digits(), pre_tokenizers.Metaspace()])),
        with_token(normalized=False, lstrip=True),
        with_token(normalized=False, rstrip=True),
        with_token(normalized=False, single_word=True),
    ],
)
def test_a_text_stays_whole_where_its_tokens_may_depend_on_the_place(tokenizer):
    assert find_special_marks(tokenizer) is None
