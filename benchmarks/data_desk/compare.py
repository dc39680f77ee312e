"""The data desk beside its peers, over rows made out of one file's."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.data_desk.large_file import check_large_file
from benchmarks.data_desk.near_rows import review_many_rows
from benchmarks.data_desk.rows import write_rows
from benchmarks.data_desk.structural_check import compare_check
from benchmarks.data_desk.token_statistics import compare_tokens
from benchmarks.json_report import Say
from tuneport.catalog import find_model, model_folder, require_pulled
from tuneport.config import Settings


def compare_data_desk(
    source: Path, say: Say, *, n_rows: int, gigabytes: float, model: str | None = None
) -> dict[str, Any]:
    """Raises `NotFound` for a model that is not there."""
    settings = Settings()
    base = find_model(model or settings.default_model, settings)
    require_pulled(base, settings)
    folder = model_folder(base, settings)
    with tempfile.TemporaryDirectory() as home:
        rows, large = Path(home) / "rows.jsonl", Path(home) / "large.jsonl"
        write_rows(source, rows, n_rows=n_rows)
        report: dict[str, Any] = {"file": source.name}
        say("check")
        report["check"] = compare_check(rows)
        say("statistics")
        report["tokens"] = compare_tokens(rows, folder)
        say("quality")
        report["near_rows"] = review_many_rows(rows)
        say(f"check of {gigabytes:.1f} GB")
        write_rows(source, large, n_bytes=round(gigabytes * 1e9))
        report["large_file"] = check_large_file(large)
    return report
