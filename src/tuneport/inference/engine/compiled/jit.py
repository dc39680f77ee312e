"""numba's decorators, typed. What they compile is kept on disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba
from numba.extending import intrinsic

P = ParamSpec("P")
R = TypeVar("R")


def _keep_compiled() -> bool:
    """Have numba keep what it compiles in a folder of this version of the code; says whether it can.

    numba itself sees only whether the file of a function changed, not those of the functions that it calls.
    """
    sources = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
    user_cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = user_cache / "tuneport" / "compiled" / hashlib.sha256(sources).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    return os.access(folder, os.W_OK)


_OPTIONS: dict[str, Any] = {
    "cache": _keep_compiled(),
    # The server's messages are read while a token is computed.
    "nogil": True,
    # Sums may be taken in any order; NaN and infinity stay what they are.
    "fastmath": {"reassoc", "contract", "nsz"},
    "error_model": "numpy",
}


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function`, to be used by one thread."""
    dispatcher: Callable[P, R] = numba.njit(**_OPTIONS)(function)
    return dispatcher


def compiled_on_all_cores(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function`; its loops over `cores` are shared among the cores."""
    dispatcher: Callable[P, R] = numba.njit(parallel=True, **_OPTIONS)(function)
    return dispatcher


def written_in_llvm(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let compiled functions call what `function` writes as instructions."""
    written: Callable[..., Any] = intrinsic(prefer_literal=True)(function)
    return written


cores: Any = numba.prange
