"""Tokens as text, one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from tiny_model import SPECIAL_TOKENS, byte_tokenizer
from tuneport.tokens.token_text import token_texts

BYTES = byte_tokenizer()


def shown(tokenizer, text):
    return token_texts(tokenizer, tokenizer.encode(text, add_special_tokens=False).ids)


def sentence_tokenizer():
    """Words that begin with a mark for the space before them, and bytes where a letter is no token."""
    pieces = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "▁red", "▁fox"]
    tokenizer = Tokenizer(models.Unigram([(piece, -1.0) for piece in pieces], unk_id=0, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return tokenizer


def test_a_token_is_what_it_adds_to_the_text():
    assert [(token.text, token.bytes, token.is_special) for token in shown(BYTES, "a\n")] == [
        ("a", None, False),
        ("\n", None, False),
    ]


@pytest.mark.parametrize("token", SPECIAL_TOKENS)
def test_special_tokens_are_there_and_named_so(token):
    (found,) = shown(BYTES, token)

    assert (found.text, found.is_special) == (token, True)


def test_parts_of_a_character_are_bytes_and_the_last_one_adds_it():
    tokens = shown(BYTES, "é🙂")

    assert [token.text for token in tokens] == ["", "é", "", "", "", "🙂"]
    assert bytes(byte for token in tokens for byte in token.bytes) == "é🙂".encode()


def test_the_sign_for_half_a_character_may_stand_in_the_text_itself():
    tokens = shown(BYTES, "\ufffda\ufffd")

    assert [token.text for token in tokens] == ["", "", "\ufffd", "a", "", "", "\ufffd"]


def test_a_row_that_is_cut_within_a_character_shows_the_half():
    ids = BYTES.encode("aé", add_special_tokens=False).ids[:2]

    assert [token.text for token in token_texts(BYTES, ids)] == ["a", "\ufffd"]


def test_words_of_a_sentence_tokenizer_keep_the_space_between_them():
    tokens = shown(sentence_tokenizer(), "red foxé")

    assert [token.text for token in tokens] == ["red", " fox", "", "é"]
    assert [token.bytes for token in tokens] == [None, None, (0xC3,), (0xA9,)]


@given(st.text())
def test_the_texts_joined_are_the_decoded_row(text):
    ids = BYTES.encode(text, add_special_tokens=False).ids

    tokens = token_texts(BYTES, ids)

    assert [token.id for token in tokens] == ids
    assert "".join(token.text for token in tokens) == BYTES.decode(ids, skip_special_tokens=False)
