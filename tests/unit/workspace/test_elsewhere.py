from dataclasses import fields

import pytest

from tuneport.config import DataReport
from tuneport.data import read_prices
from tuneport.jobs import JobProgress
from tuneport.workspace import price_of_job

NOTHING_KNOWN = dict.fromkeys(field.name for field in fields(JobProgress))
COUNTED = DataReport(
    n_rows=10,
    n_rows_cut=0,
    cut_lines=[],
    n_rows_without_loss=0,
    lines_without_loss=[],
    tokens=50_000,
    loss_tokens=9_000,
    tokens_to_compute=20_000,
)


@pytest.mark.requirement("R1.6")
def test_job_is_priced_by_all_its_tokens_once_an_epoch():
    priced = price_of_job(JobProgress(**NOTHING_KNOWN | {"n_epochs": 2, "data_report": COUNTED}))

    table = read_prices()
    assert (priced["date"], priced["counted_with"]) == (table.date, "this model's own tokenizer")
    assert [price["billed_tokens"] for price in priced["prices"]] == [100_000] * len(table.prices)
    assert [price["usd"] for price in priced["prices"]] == [price.usd_per_million_tokens / 10 for price in table.prices]


@pytest.mark.parametrize("known", [{}, {"n_epochs": 2}, {"data_report": COUNTED}])
def test_job_has_no_price_before_its_rows_are_counted(known):
    assert price_of_job(JobProgress(**NOTHING_KNOWN | known)) is None
