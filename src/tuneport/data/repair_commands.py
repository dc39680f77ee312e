"""The commands that put a file right, as hints name them."""

from __future__ import annotations

CONVERT = "This does it: tuneport data convert FILE OUT.jsonl"
FIX = "This does it: tuneport data fix FILE --out OUT.jsonl"
