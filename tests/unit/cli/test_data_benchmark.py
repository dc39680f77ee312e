"""The data desk beside its peers, as it is asked for and shown."""

import io
from pathlib import Path

from rich.console import Console

from tuneport.cli import data_benchmark
from tuneport.cli.data_benchmark import run_data_benchmark, show_data_benchmark
from tuneport.cli.screen import Screen

REPORT = {
    "file": "rows.jsonl",
    "check": {
        "rows": 100_000,
        "megabytes": 138.7,
        "check_seconds": 0.39,
        "speed_over_orjson": 0.8,
        "speed_over_cookbook": 4.05,
    },
    "tokens": {"seconds": 20.0, "time_over_tokenizer": 1.2, "speed_over_cookbook": 3.0},
    "near_rows": {"rows": 100_000, "seconds": 57.2, "cores_used": 1.3, "peak_megabytes": 146.0},
    "large_file": {"gigabytes": 1.0, "seconds": 2.39, "cores_used": 1.7, "peak_megabytes": 290.0},
}


def test_the_benchmark_is_the_checkouts_own_with_the_options_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(data_benchmark, "run_benchmark", lambda *given: asked.append(given) or REPORT)

    assert run_data_benchmark(Path("/rows.jsonl"), n_rows=200, gigabytes=0.5, model=None) == REPORT

    assert asked == [("data_desk", ["/rows.jsonl"], {"--rows": 200, "--gigabytes": 0.5, "--model": None})]


def test_each_part_is_shown_as_a_ratio():
    text = io.StringIO()

    show_data_benchmark(Screen(console=Console(file=text, width=200)), REPORT)

    shown = text.getvalue()
    assert "0.80 times the speed of orjson alone" in shown
    assert "1.20 times the time of the tokenizer alone" in shown
    assert "Check of 1.0 GB: 2.4 s, 1.7 cores, 290 MB at most." in shown
