import pytest
from tokenizers import Tokenizer, models

from tiny_model import byte_tokenizer
from tuneport.core import InvalidRequest
from tuneport.tokens.added_tokens import add_new_tokens


def test_new_tokens_get_the_ids_after_the_last_one():
    tokenizer = byte_tokenizer()
    n_before = tokenizer.get_vocab_size()

    ids = add_new_tokens(tokenizer, ("<yes>", "<no>"))

    assert ids == (n_before, n_before + 1)
    assert tokenizer.encode("x<no>y").ids[1] == n_before + 1


@pytest.mark.parametrize("tokens", [("<|im_end|>",), ("",), ("<yes>", "<yes>"), (" ",)])
def test_a_token_that_is_there_empty_or_named_twice_is_refused(tokens):
    with pytest.raises(InvalidRequest, match="empty, named twice, or a token of the model already") as refusal:
        add_new_tokens(byte_tokenizer(), tokens)

    assert refusal.value.param == "new_tokens"


def test_a_new_token_never_takes_the_id_of_another_token():
    tokenizer = Tokenizer(models.BPE(vocab={"a": 0, "b": 3, "c": 5}, merges=[]))

    with pytest.raises(InvalidRequest, match=r"leaves out some ids below 5.* given the id 3") as refused:
        add_new_tokens(tokenizer, ["<yes>"])

    assert refused.value.code == "invalid_new_tokens"
