import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tuneport.tokens.special_marks import find_special_marks
from tuneport.tokens.stretches import StretchTokenizer, as_token_ids

SEAMS = [
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<file_sep>",
    "<|im_",
    "|>",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "'s",
]
PARTS = st.sampled_from([*SEAMS, "system", "The", " the", "42", "don't", "naïve", "日本", "🎈"]) | st.text(max_size=5)


@pytest.fixture(scope="module")
def tokenizer(base_model_dir):
    return Tokenizer.from_file(str(base_model_dir / "tokenizer.json"))


@pytest.fixture(scope="module")
def stretches(tokenizer):
    return StretchTokenizer(tokenizer, most_characters=1000, shortest_to_cut=0)


@given(st.lists(PARTS, max_size=15).map("".join))
def test_text_encoded_stretch_by_stretch_has_the_tokens_of_the_whole_text(tokenizer, stretches, text):
    (ids,) = stretches.tokenize([text])

    assert as_token_ids(ids) == tokenizer.encode(text, add_special_tokens=False).ids


def test_a_real_tokenizer_cuts_a_text_at_its_special_tokens(tokenizer):
    marks = find_special_marks(tokenizer)

    assert marks is not None
    assert marks.split("<|im_start|>user\nHi<|im_end|>")[1:4] == ["<|im_start|>", "user\nHi", "<|im_end|>"]
