"""Writes docs/openapi.json, what a server answers at /openapi.json: `python docs/write_openapi.py`."""

from __future__ import annotations

import json
from pathlib import Path

from generated import write_or_check

from tuneport.api.app import routed_app

TARGET = Path(__file__).with_name("openapi.json")


def description_text() -> str:
    return json.dumps(routed_app().openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    write_or_check(TARGET, description_text())
