"""Keys and projects as rows of a table, and how long a key shall hold."""

from __future__ import annotations

import re
from typing import Any

from tuneport.cli.model_table import time_text
from tuneport.core import InvalidRequest

KEY_COLUMNS = ("key", "name", "begins", "scope", "project", "last used", "holds")
PROJECT_COLUMNS = ("project", "name", "created", "archived")
_UNIT_SECONDS = {"m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([1-9][0-9]{0,6})([mhd])")


def key_row(key: dict[str, Any]) -> tuple[str, ...]:
    used = key["last_used_day"] or "never"
    return (key["id"], key["name"], f"{key['hint']}…", key["scope"], key["project_id"], used, _how_long(key))


def project_row(project: dict[str, Any]) -> tuple[str, ...]:
    archived = "" if project["archived_at"] is None else time_text(project["archived_at"])
    return (project["id"], project["name"], time_text(project["created_at"]), archived)


def duration_seconds(text: str, *, option: str) -> int:
    """Give the seconds of `90m`, `12h` or `30d`. Raises `InvalidRequest`, naming the option."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise InvalidRequest(
            f"{option} is {text!r}. Give a whole number with m (minutes), h (hours) or d (days), such as 30d.",
            code="invalid_duration",
        )
    return int(found[1]) * _UNIT_SECONDS[found[2]]


def _how_long(key: dict[str, Any]) -> str:
    if key["status"] != "valid":
        return str(key["status"])
    return f"until {time_text(key['expires_at'])}" if key["expires_at"] is not None else "until revoked"
