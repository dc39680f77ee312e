"""A progress bar over the bytes of a large file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tuneport.cli.human_numbers import size_text
from tuneport.cli.screen import Screen

LARGE_FILE_BYTES = 32_000_000
"""Up to here the work is done before anybody would look for a bar."""


@contextmanager
def byte_bar(screen: Screen, title: str, n_bytes: int) -> Iterator[Callable[[int], None]]:
    """Give what shows how many of the bytes are done; where they are few it shows nothing."""
    if n_bytes <= LARGE_FILE_BYTES:
        yield lambda n_done: None
        return
    with screen.bar(title) as bar:
        yield lambda n_done: bar.update(n_done, n_bytes, f"{size_text(n_done)} of {size_text(n_bytes)}")
