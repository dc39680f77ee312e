"""The engine beside `generate`, as it is asked for and shown."""

import io

from rich.console import Console

from tuneport.cli import serve_benchmark
from tuneport.cli.screen import Screen
from tuneport.cli.serve_benchmark import run_serve_benchmark, show_serve_benchmark

KIND = {"generate_tokens_per_second": 28.0, "ours_tokens_per_second": 112.4, "times_as_fast": 4.01}
REPORT = {
    "single": KIND,
    "concurrent_32": KIND,
    "concurrent_32_mixed": KIND,
    "adapters_16": {"adapters": 16, "speed_of_the_base_alone": 0.83},
    "shared_prompt": {"tokens": 1500, "first_seconds": 2.5, "second_seconds": 0.0251, "times_as_fast": 99.6},
    "memory": {"read_gigabytes_per_second": 25.2, "allows_single_tokens_per_second": 261.0},
}


def test_the_benchmark_is_the_checkouts_own_with_the_options_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(serve_benchmark, "run_benchmark", lambda *given: asked.append(given) or REPORT)

    assert run_serve_benchmark(model=None, rounds=3) == REPORT

    assert asked == [("serving", [], {"--model": None, "--rounds": 3})]


def test_each_part_is_shown_as_a_ratio():
    text = io.StringIO()

    show_serve_benchmark(Screen(console=Console(file=text, width=200)), REPORT)

    shown = text.getvalue()
    assert "4.01" in shown
    assert "16 adapters in one batch: 83% of the base model's speed." in shown
    assert "when another one began alike, 0.025 s, 99.6 times as fast." in shown
    assert "allows 261 tokens per second to one answer." in shown
