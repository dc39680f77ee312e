"""Identifiers in the spelling of OpenAI's wire: a prefix and random letters and digits."""

from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, *, length: int = 24) -> str:
    """Give `prefix` followed by `length` random letters and digits, such as `ftjob-` + 24 characters."""
    # One draw for all of them: a draw each would be a fortieth of the work of a short request.
    number, letters = secrets.randbelow(len(_ALPHABET) ** length), []
    for _ in range(length):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return prefix + "".join(letters)
