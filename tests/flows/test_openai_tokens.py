"""OpenAI's own tokenizer, fetched by way of pip, and the cookbook's numbers."""

from pathlib import Path

import pytest

from tuneport.catalog import fetch_encoding
from tuneport.config import Settings
from tuneport.data import read_examples
from tuneport.tokens import openai_token_counter
from tuneport.tokens.cookbook import Cookbook

TOY = Path(__file__).parents[3] / "shared" / "data" / "openai_cookbook" / "toy_chat_fine_tuning.jsonl"


@pytest.fixture(scope="module")
def count_texts(models_dir):
    settings = Settings(home=models_dir.parent)
    return openai_token_counter(fetch_encoding(settings, lambda progress: None))


def test_texts_are_counted_as_openai_counts_them(count_texts):
    assert count_texts(["hello world", "", "<|endoftext|>"]) == [2, 0, 7]


@pytest.mark.shared_data
@pytest.mark.skipif(not TOY.exists(), reason="../shared/data/openai_cookbook is not there")
@pytest.mark.requirement("R15.2", "R15.3")
def test_the_cookbooks_toy_file_has_the_cookbooks_numbers(count_texts):
    cookbook = Cookbook(count_texts)
    cookbook.add(list(read_examples(TOY)))

    found = cookbook.result()

    # The cookbook printed its numbers when a row had 4,096 tokens at most; the last one has 8,032.
    bill = found.billing[0]
    assert (found.n_rows, found.n_epochs, bill.longest_row_tokens, bill.n_rows_cut) == (5, 20, 4096, 1)
    assert (bill.tokens_per_epoch, bill.tokens) == (4306, 86_120)
    assert (found.tokens.total, found.billing[1].tokens) == (8242, 164_840)
