"""The file of the owner's names for base models."""

from __future__ import annotations

import orjson

from tuneport.config import Settings


def read_aliases(settings: Settings) -> dict[str, str]:
    """Give alias → name of the base model that it stands for."""
    if not settings.aliases.exists():
        return {}
    aliases: dict[str, str] = orjson.loads(settings.aliases.read_bytes())
    return aliases
