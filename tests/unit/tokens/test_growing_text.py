from hypothesis import given
from hypothesis import strategies as st

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.tokens import ChatTemplate, Renderer
from tuneport.tokens.growing_text import GrowingText

N_TOKENS = byte_tokenizer().get_vocab_size()


class CountingRenderer(Renderer):
    """Says how many tokens it decoded at once, at most."""

    most_at_once = 0

    def decode(self, token_ids):
        self.most_at_once = max(self.most_at_once, len(token_ids))
        return super().decode(token_ids)


def new_renderer():
    template = ChatTemplate(TEMPLATE.read_text(), stop_tokens=["<|im_end|>"])
    return CountingRenderer(template, byte_tokenizer(), frozenset({STOP_TOKEN_ID}))


RENDERER = new_renderer()


@given(st.lists(st.integers(0, N_TOKENS - 1), max_size=40))
def test_after_each_token_the_text_is_that_of_all_together(token_ids):
    """Any bytes at all: broken characters, special tokens."""
    growing = GrowingText(RENDERER)

    for n_tokens, token_id in enumerate(token_ids, start=1):
        assert growing.push(token_id) == RENDERER.decode(token_ids[:n_tokens])
    assert growing.n_tokens == len(token_ids)


@given(st.text(max_size=30))
def test_a_text_comes_back_whatever_characters_it_has(text):
    growing = GrowingText(RENDERER)

    texts = [growing.push(token_id) for token_id in byte_tokenizer().encode(text).ids]

    assert [*texts, ""][len(texts) - 1] == byte_tokenizer().decode(byte_tokenizer().encode(text).ids)


def test_a_long_answer_is_decoded_a_few_tokens_at_a_time():
    renderer = new_renderer()
    growing = GrowingText(renderer)

    for token_id in byte_tokenizer().encode("Über allen Gipfeln ist 🌙. " * 40).ids:
        growing.push(token_id)

    assert renderer.most_at_once <= 8
