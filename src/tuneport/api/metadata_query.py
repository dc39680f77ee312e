"""The filter of lists by metadata: `metadata[key]=value`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tuneport.core import InvalidRequest

_KEY = re.compile(r"metadata\[(.+)\]", re.DOTALL)
_PATH_BREAKERS = re.compile(r'["\\\0]')


def wanted_metadata(query: Mapping[str, str]) -> dict[str, str]:
    """Give key → value. Raises `InvalidRequest` for a key that cannot be looked for."""
    wanted = {match[1]: value for name, value in query.items() if (match := _KEY.fullmatch(name))}
    for key in wanted:
        # The database looks keys up by a quoted path, which such a key would leave.
        if _PATH_BREAKERS.search(key):
            raise InvalidRequest(
                f"'metadata' has the key {key!r}. Lists can be filtered by keys without quotation marks, "
                "backslashes and NUL; filter by another key.",
                code="invalid_value",
                param="metadata",
            )
    return wanted
