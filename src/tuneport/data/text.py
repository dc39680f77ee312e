"""The rules of a row of prompt and completion."""

from __future__ import annotations

from functools import partial
from typing import Any

from tuneport.data.chat import did_you_mean, unknown_keys
from tuneport.data.problems import Findings, shown
from tuneport.data.rules import TEXT_KEYS


def check_text_row(row: dict[str, Any], findings: Findings) -> None:
    """Add to `findings` everything that is wrong with one row of raw text."""
    for key in unknown_keys(row, TEXT_KEYS):
        hint = partial(did_you_mean, key, TEXT_KEYS)
        findings.add("unknown_text_key", key, f"the row has the key {shown(key)}", hint)
    for key in TEXT_KEYS:
        if key not in row:
            findings.add(f"{key}_not_text", key, f"the row is missing key {key!r}")
        elif not isinstance(row[key], str):
            findings.add(f"{key}_not_text", key, f"{key!r} is {shown(row[key])}")
    if row.get("completion") == "":
        findings.add("empty_completion", "completion", "'completion' is an empty text")
