import re
from pathlib import Path

import pytest

from tuneport.data import judge_size, read_prices

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "requirements.md"


def test_the_price_table_says_when_and_where_it_was_read():
    table = read_prices()

    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", table.date)
    assert table.source
    assert {price.provider for price in table.prices} == {"OpenAI", "Azure"}


def test_each_model_is_billed_by_its_own_tokenizer():
    by_model = {price.model: price.encoding for price in read_prices().prices if price.provider == "OpenAI"}

    assert by_model == {"gpt-4o-mini": "o200k_base", "gpt-3.5-turbo": "cl100k_base"}


@pytest.mark.shared_data
@pytest.mark.skipif(not REFERENCE.exists(), reason="../shared/reference is not there")
@pytest.mark.requirement("R1.6")
def test_prices_give_the_sums_of_the_guides_examples():
    text = REFERENCE.read_text(encoding="utf-8")
    by_model = {price.model: price.usd_per_million_tokens for price in read_prices().prices}

    assert "100,000 tokens, 3 epochs: about $0.90" in text
    assert 100_000 * 3 * by_model["gpt-4o-mini"] / 1e6 == pytest.approx(0.90)
    assert "about $2.40 on gpt-3.5-turbo" in text
    assert 100_000 * 3 * by_model["gpt-3.5-turbo"] / 1e6 == pytest.approx(2.40)
    assert "1M tokens * 2 epochs * $2/M = $4" in text


@pytest.mark.requirement("R9.2")
@pytest.mark.parametrize(
    ("n_rows", "beginning"),
    [(9, "Too few"), (10, "Few"), (49, "Few"), (50, "Enough for a narrow"), (1000, "Enough for most")],
)
def test_the_number_of_rows_is_judged(n_rows, beginning):
    assert judge_size(n_rows).startswith(beginning)
