"""Is there room for what is about to be written?"""

from __future__ import annotations

import shutil
from pathlib import Path

from tuneport.core import StorageFull


def require_disk_space(folder: Path, needed_bytes: int, what: str) -> None:
    """Raise `StorageFull` before anything is fetched, rather than after an hour. `folder` exists."""
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes >= needed_bytes:
        return
    raise StorageFull(
        f"{folder}: {what} needs {needed_bytes / 1e9:.2f} GB of disk, {free_bytes / 1e9:.2f} GB are free. "
        "Free some space, or set TUNEPORT_HOME to a folder on a larger disk."
    )
