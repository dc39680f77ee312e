"""What a process may take, and what it took."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXIT_OUT_OF_MEMORY = 77
KILLED_BY_SYSTEM = -9
_WORDS_OF_TORCH = ("can't allocate memory", "not enough memory", "std::bad_alloc")


@contextmanager
def limited_memory(limit_bytes: int) -> Iterator[None]:
    """Refuse this process more than `limit_bytes` of data; end it with `EXIT_OUT_OF_MEMORY` when it asks for more."""
    resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
    try:
        yield
    except MemoryError:
        sys.exit(EXIT_OUT_OF_MEMORY)
    except RuntimeError as error:
        if not any(words in str(error) for words in _WORDS_OF_TORCH):
            raise
        sys.exit(EXIT_OUT_OF_MEMORY)


def peak_memory_bytes() -> int:
    """Give the most memory that this process has held, not counting the process that started it."""
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024
