import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

from tiny_model import SPECIAL_TOKENS, byte_tokenizer
from tuneport.tokens.stretches import RecentStretches, StretchTokenizer, as_token_ids

WORDS = ["a", "an", "cat", "12", "é", "<", "<|im_", "start|>", " ", "  ", "\n", "\n\n", "▁", "#", *SPECIAL_TOKENS]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=12).map("".join), max_size=6)


def with_overlapping_tokens():
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in ("cat", "cat12", "an", "<|im_start|><|im_")])
    return tokenizer


def with_tokens_found_after_the_normalizer():
    tokenizer = with_words(normalizers.Prepend("▁"), None)
    tokenizer.add_tokens([AddedToken("cat", normalized=True), AddedToken("cat an", normalized=True)])
    return tokenizer


def with_words(normalizer, pre_tokenizer, **flags):
    """Letters and pairs of letters, with tokens that look left and right where `flags` say so."""
    letters = sorted(set("".join(WORDS)))
    vocabulary = {token: index for index, token in enumerate(["?", *letters, "at", "an", "▁a", " a", "▁▁"])}
    merges = [("a", "t"), ("a", "n"), ("▁", "a"), (" ", "a"), ("▁", "▁")]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="?", fuse_unk=True))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, normalized=False, **flags) for token in SPECIAL_TOKENS]
    )
    return tokenizer


TOKENIZERS = {
    "bytes": byte_tokenizer,
    "overlapping tokens": with_overlapping_tokens,
    "no pre-tokenizer": lambda: with_words(None, None),
    "space in front of each stretch": lambda: with_words(None, pre_tokenizers.ByteLevel(add_prefix_space=True)),
    "space in front of the text": lambda: with_words(None, pre_tokenizers.Metaspace(prepend_scheme="first")),
    "normalizer that puts something in front": lambda: with_words(
        normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None
    ),
    "tokens found after the normalizer": with_tokens_found_after_the_normalizer,
    "tokens that take the white space behind": lambda: with_words(None, None, rstrip=True),
    "tokens that take the white space before": lambda: with_words(None, None, lstrip=True),
    "tokens that stand alone": lambda: with_words(None, None, single_word=True),
}


@pytest.mark.parametrize("make_tokenizer", TOKENIZERS.values(), ids=TOKENIZERS)
@given(texts=TEXTS)
def test_tokens_are_those_of_the_whole_text(make_tokenizer, texts):
    tokenizer = make_tokenizer()
    stretches = StretchTokenizer(tokenizer, most_characters=40, shortest_to_cut=0)

    found = [as_token_ids(ids) for _ in range(2) for ids in stretches.tokenize(texts)]

    whole = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    assert found == whole + whole


class CountingTokenizer:
    """A tokenizer that keeps what it was asked to encode."""

    def __init__(self):
        self._tokenizer = byte_tokenizer()
        self.encoded = []

    def encode(self, text, **options):
        self.encoded.append(text)
        return self._tokenizer.encode(text, **options)

    def encode_batch_fast(self, texts, **options):
        self.encoded += texts
        return self._tokenizer.encode_batch_fast(texts, **options)

    def __getattr__(self, name):
        return getattr(self._tokenizer, name)


@pytest.mark.parametrize("instructions", ["Be brief.", "Be brief. " * 1000])
def test_what_texts_have_in_common_is_encoded_once(instructions):
    tokenizer = CountingTokenizer()
    stretches = StretchTokenizer(tokenizer, shortest_to_cut=0)

    stretches.tokenize([f"<|im_start|>{instructions}<|im_end|>one", f"<|im_start|>{instructions}<|im_end|>two"])
    stretches.tokenize([f"<|im_start|>{instructions}<|im_end|>two"])

    assert sorted(tokenizer.encoded) == sorted(["<|im_start|>", instructions, "<|im_end|>", "one", "two"])


def test_what_was_used_last_is_remembered_and_the_rest_forgotten():
    recent = RecentStretches(most_characters=100)
    recent.keep("often", b"1")

    for number in range(1000):
        recent.keep(f"text {number}", b"2")
        assert recent.find("often") == b"1"

    assert recent.n_characters <= 100
    assert recent.find("text 0") is None
