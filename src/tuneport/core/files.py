"""Files that are either whole or absent: write beside, fsync, rename."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuneport.core.errors import StorageFull

_FULL_DISK_ERRNOS = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def storage_errors(where: Path) -> Iterator[None]:
    """Turn the system's "no space left" into `StorageFull`, naming the folder `where`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL_DISK_ERRNOS:
            raise
        raise StorageFull(
            f"{where}: the disk is full. Nothing was kept of what was being written. Free some space and try again."
        ) from error


def write_atomic(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader sees the old file or the whole new one. Raises `StorageFull`."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        with storage_errors(path.parent), partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut."""
    _sync(folder)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a folder to fill that becomes `path` at the end, whole; on an error nothing of it stays."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with storage_errors(path.parent):
            _make_folder(path.parent)
            partial.mkdir()
            yield partial
            for entry in (*partial.rglob("*"), partial):
                _sync(entry)
        if path.exists():
            remove_folder(path)
        partial.rename(path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def remove_folder(path: Path) -> None:
    """Delete a folder that is gone at once: killed meanwhile, a part of it stays under a hidden name only."""
    doomed = path.with_name(f".{path.name}.deleted-{os.getpid()}")
    path.rename(doomed)
    shutil.rmtree(doomed)


def _make_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, so that a power cut does not undo it."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
