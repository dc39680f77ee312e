"""Packages that only some work needs: an extra of Tuneport brings each."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from tuneport.core.errors import InvalidRequest


def require_package(package: str, *, extra: str, what: str, param: str | None = None) -> None:
    """Raise `InvalidRequest` if `package`, which `what` needs, is not installed."""
    if find_spec(package) is None:
        raise InvalidRequest(
            f"{what} needs the package {package}, which is not installed here. "
            f"Install it with: pip install 'tuneport[{extra}]'",
            code="package_missing",
            param=param,
        )


def hide_package(package: str) -> None:
    """Let this process see `package` as not installed. Call before anything could import it.

    A library that imports whatever it finds pays for it also where nothing of it is used.
    """
    sys.modules[package] = None  # type: ignore[assignment]
