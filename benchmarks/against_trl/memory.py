"""What a process may take, and what it took."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_OUT_OF_MEMORY = 77
KILLED_BY_SYSTEM = -9
_WORDS_OF_TORCH = ("can't allocate memory", "not enough memory", "std::bad_alloc")


def limit_memory(limit_bytes: int) -> None:
    """Refuse this process and its children more than `limit_bytes` of data."""
    resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


@contextmanager
def named_exit() -> Iterator[None]:
    """End this process with `EXIT_OUT_OF_MEMORY` where memory was refused."""
    try:
        yield
    except MemoryError:
        sys.exit(EXIT_OUT_OF_MEMORY)
    except RuntimeError as error:
        if not any(words in str(error) for words in _WORDS_OF_TORCH):
            raise
        sys.exit(EXIT_OUT_OF_MEMORY)


def peak_memory_bytes() -> int:
    """Give the most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
