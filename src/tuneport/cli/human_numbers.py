"""Numbers as people say them: `1.2 million`, `4 min`, `2.6 GB`, `92 %`."""

from __future__ import annotations

_SIZES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
_LARGE_COUNTS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


def count_text(count: int) -> str:
    """Give `950`, `65,000` or `1.2 million`."""
    for unit, word in _LARGE_COUNTS:
        if count >= unit:
            return f"{_short(count / unit)} {word}"
    return f"{count:,}"


def size_text(n_bytes: float) -> str:
    """Give bytes in decimal units: `2.6 GB`."""
    for unit, word in _SIZES:
        if n_bytes >= unit:
            return f"{_short(n_bytes / unit)} {word}"
    return f"{n_bytes:.0f} bytes"


def duration_text(seconds: float) -> str:
    """Give `0.4 s`, `45 s`, `4 min` or `2 h 10 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def share_text(share: float) -> str:
    """Give a share of 1 in whole per cent: `92 %`."""
    return f"{share * 100:.0f} %"


def plural(count: int, noun: str) -> str:
    """Give `1 row` or `320 rows`."""
    return f"{count_text(count)} {noun}" if count == 1 else f"{count_text(count)} {noun}s"


def _short(value: float) -> str:
    """Two significant digits below ten, whole numbers above, no trailing `.0`."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
