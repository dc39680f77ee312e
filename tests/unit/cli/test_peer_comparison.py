from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from tuneport.cli.peer_comparison import Comparison, run_comparison, show_comparison
from tuneport.cli.screen import Screen
from tuneport.core import InvalidRequest, NotFound, TrainingFailed

REPORT = {
    "file": "rows.jsonl",
    "method": "supervised",
    "rows": 32,
    "batch_size": 16,
    "theirs_out_of_memory_at": [16, 8],
    "speedup": 4.5,
    "peak_memory_ratio": 0.4,
    "gradient_relative_error": 1.7e-6,
    "gradient_peer": "TRL, fp32",
    "loss_difference": 2e-6,
    "final_loss_difference": 1e-6,
    "tokens_in_rows": 600,
    "tokens_padded": 700,
    "tokens_computed": 200,
    "ours": {"seconds": 2.0, "losses": [4.0, 3.0], "peak_memory_bytes": 2e9},
    "theirs": {"seconds": 9.0, "losses": [4.0, 3.0], "peak_memory_bytes": 5e9},
}


def comparison(peer="json"):
    return Comparison(Path("/rows.jsonl"), peer, "supervised", 32, 16, None, 12.5)


def checkout_with(tmp_path, source, peer="json"):
    """A checkout whose comparison is the program `source`; its peer is a module that is always there."""
    for name in ("against_trl", f"against_{peer}"):
        (tmp_path / "benchmarks" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "benchmarks" / name / "__main__.py").write_text(source)
    return tmp_path


def shown(report):
    text = io.StringIO()
    show_comparison(Screen(console=Console(file=text, width=100)), report)
    return text.getvalue()


def test_the_comparison_runs_in_the_checkout_with_the_options_asked_for(tmp_path):
    source = "import json, os, sys; print(json.dumps({'arguments': sys.argv[1:], 'folder': os.getcwd()}))"

    report = run_comparison(comparison(), checkout=checkout_with(tmp_path, source))

    assert report["folder"] == str(tmp_path)
    options = "--method supervised --rows 32 --batch-size 16 --memory-limit-gb 12.5"
    assert report["arguments"] == ["/rows.jsonl", *options.split()]


def test_an_error_of_the_comparison_is_the_commands_error(tmp_path):
    error = {"message": "No full step.", "code": "invalid_request", "param": None}

    with pytest.raises(InvalidRequest, match="No full step"):
        run_comparison(
            comparison(),
            checkout=checkout_with(
                tmp_path, f"print('''{{'error': {error}}}'''.replace(\"'\", '\"').replace('None', 'null'))"
            ),
        )


def test_a_comparison_that_dies_is_named_with_its_status(tmp_path):
    with pytest.raises(TrainingFailed, match="status 3"):
        run_comparison(comparison(), checkout=checkout_with(tmp_path, "raise SystemExit(3)"))


def test_without_a_checkout_there_is_nothing_to_run(tmp_path):
    with pytest.raises(NotFound, match="Clone the repository") as caught:
        run_comparison(comparison(), checkout=tmp_path)

    assert caught.value.code == "benchmarks_not_found"


def test_a_missing_peer_is_named_with_its_remedy(tmp_path):
    with pytest.raises(NotFound, match=r"pip install 'tuneport\[bench\]'") as caught:
        run_comparison(comparison(peer="no_such_peer"), checkout=checkout_with(tmp_path, ""))

    assert caught.value.code == "peer_not_installed"


def test_the_report_says_how_much_faster_and_how_far_apart():
    text = shown(REPORT)

    assert "TRL ran out of memory with 16, 8 rows at once." in text
    assert "4.50 times as fast, with 0.40 times the memory." in text
    assert "First gradient off by 1.7e-06 (TRL, fp32)" in text


def test_a_peer_that_never_fits_has_no_ratio():
    text = shown({**REPORT, "speedup": None})

    assert "Ours took 2.0 s; TRL could not be run" in text
    assert "times as fast" not in text
