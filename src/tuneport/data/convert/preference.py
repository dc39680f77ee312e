"""Records that are preference rows already."""

from __future__ import annotations

from typing import Any

from tuneport.data.convert.cells import decoded
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import Row
from tuneport.data.preference import ANSWERS, answer_key


def convert_preference(record: dict[str, Any], options: ConvertOptions, tally: Tally) -> Row:
    """Give the row without keys that no such row has; in tables, its parts may stand as JSON text."""
    keys = ("input", *(answer_key(record, answer) for answer in ANSWERS))
    tally.note_keys(record.keys() - set(keys))
    row = {key: decoded(record[key], key) for key in keys if record.get(key) is not None}
    if not isinstance(row.get("input"), dict) or not isinstance(row["input"].get("messages"), list):
        raise CannotConvert("its input is no object with messages")
    return row
