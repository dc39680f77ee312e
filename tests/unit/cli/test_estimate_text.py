from pathlib import Path

import pytest

from fake_wire import report_stream
from tuneport.cli.estimate_text import show_estimate
from tuneport.cli.report_parts import read_part
from tuneport.core import DataError


def _estimate(**here):
    machine = {"memory_bytes": 24_000_000_000, "free_disk_bytes": 64_000_000_000}
    known = {
        "seconds": 240.0,
        "based_on": "the last run",
        "peak_memory_bytes": 2_600_000_000,
        "checkpoint_bytes": 10**8,
    }
    return {
        "model": "tiny",
        "n_rows": 5,
        "refused": 0,
        "n_epochs": 20,
        "why_n_epochs": "5 rows: OpenAI's rule",
        "batch_size": 1,
        "tokens": 86_120,
        "trained_tokens": 12_000,
        "tokens_to_compute": 43_000,
        "here": {**machine, **known, "memory_based_on": "past runs", **here},
        "elsewhere": {
            "date": "2026-08-21",
            "source": "a guide",
            "counted_with": "cl100k_base",
            "prices": [
                {
                    "provider": "OpenAI",
                    "model": "gpt-4o-mini",
                    "encoding": "o200k_base",
                    "usd_per_million_tokens": 3.0,
                    "billed_tokens": 86_120,
                    "usd": 0.25836,
                    "hosting_usd_per_hour": None,
                }
            ],
        },
    }


def test_an_estimate_says_tokens_time_memory_and_disk(screen):
    show_estimate(screen, Path("toy.jsonl"), _estimate())

    assert "toy.jsonl: 20 epochs of 5 rows are 86,120 tokens for tiny, 12,000 of them trained" in screen.text
    assert "Time here:   4 min (from the last run)" in screen.text
    assert "Memory here: 2.6 GB of 24 GB (from past runs)" in screen.text
    assert "Disk here:   100 MB of 64 GB free" in screen.text


def test_a_price_that_is_billed_by_another_tokenizer_is_said_to_be_no_exact_one(screen):
    show_estimate(screen, Path("toy.jsonl"), _estimate())

    assert "Billed by another tokenizer, which is not here, so not exact: gpt-4o-mini (o200k_base).\n" in screen.text


def test_rows_that_are_not_counted_are_told(screen):
    show_estimate(screen, Path("toy.jsonl"), _estimate() | {"refused": 3})

    assert "Not counted: 3 rows that a job would refuse" in screen.text


def test_what_is_not_known_is_said_to_be_unknown(screen):
    nothing = {"seconds": None, "peak_memory_bytes": None, "checkpoint_bytes": None}

    show_estimate(screen, Path("toy.jsonl"), _estimate(**nothing))

    assert screen.text.count("unknown") == 3


def test_prices_have_their_date_and_source(screen):
    show_estimate(screen, Path("toy.jsonl"), _estimate())

    assert "OpenAI      gpt-4o-mini                 3.00          86,120   $0.26\n" in screen.text
    assert "Prices of 2026-08-21: a guide. Tokens by cl100k_base." in screen.text


def test_only_options_that_are_given_are_asked_for(client, screen, server):
    server.on("GET files/file-a/report", report_stream({"n_errors": 0, "estimate": {"n_epochs": 3}}))

    assert read_part(client, screen, "file-a", "estimate", model=None, n_epochs=3) == {"n_epochs": 3}
    assert server.queries == ["parts=estimate&n_epochs=3&stream=true"]


def test_a_part_that_says_nothing_is_an_error_with_its_reason(client, screen, server):
    unavailable = {"unavailable": "It is a zip file."}
    server.on("GET files/file-a/report", report_stream({"n_errors": 1, "statistics": unavailable}))

    with pytest.raises(DataError, match="It is a zip file"):
        read_part(client, screen, "file-a", "statistics")
