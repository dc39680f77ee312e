"""The commands that put a file right, as hints name them."""

from __future__ import annotations

from typing import Any

CONVERT = "This does it: tuneport data convert FILE OUT.jsonl"
FIX = "This does it: tuneport data fix FILE --out OUT.jsonl"


def decode_hint(value: Any) -> str:
    """Give what helps where a list is wanted, and JSON text of one found."""
    return f"It holds JSON text: decode it once. {FIX}" if isinstance(value, str) and value.startswith("[") else ""
