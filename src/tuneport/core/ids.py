"""Identifiers in the spelling of OpenAI's wire: a prefix and random letters and digits."""

from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, *, length: int = 24) -> str:
    """Give `prefix` followed by `length` random letters and digits, such as `ftjob-` + 24 characters."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))
