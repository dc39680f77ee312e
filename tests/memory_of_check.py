"""`python memory_of_check.py FILE METHOD` prints how many bytes a check and a reading take, beyond an empty file's."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tuneport.core import DataError
from tuneport.data import check_file, read_sound_examples


def peak_bytes(path: Path, method: str) -> int:
    """Give the most memory of a process that does no more than that, of its largest child if that has more."""
    pid = os.fork()
    if pid == 0:
        work_through(path, method)
        os._exit(0)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"the work on {path} ended with {status}")
    return usage.ru_maxrss * 1024


def work_through(path: Path, method: str) -> None:
    check_file(path, method=method)
    try:
        for _ in read_sound_examples(path, method=method):
            pass
    except DataError:
        return


if __name__ == "__main__":
    with tempfile.NamedTemporaryFile() as empty:
        before = peak_bytes(Path(empty.name), sys.argv[2])
    sys.stdout.write(f"{peak_bytes(Path(sys.argv[1]), sys.argv[2]) - before}\n")
