"""`python -m tuneport.train RUN_DIR`: run the spec in that folder, or go on with it from its last checkpoint.

Exit status: 0 complete, 1 failed (see the `failed` event), 143 stopped by SIGTERM or because its server is gone.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil

from tuneport.config import RunFolder, RunSpec
from tuneport.core import TRAINING_SPINS, hide_package, spin_while_waiting


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tuneport.train", description=__doc__)
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--server-pid", type=int, help="stop when this run is no longer below that process")
    arguments = parser.parse_args()
    # Everything is on disk: no library may look anything up.
    os.environ["HF_HUB_OFFLINE"] = "1"
    spin_while_waiting(TRAINING_SPINS)
    folder = RunFolder(arguments.run_dir.resolve())
    if not _needs_bitsandbytes(folder.read_spec()):
        # peft imports it wherever it is installed, which takes two seconds.
        hide_package("bitsandbytes")
    from tuneport.train.out_of_memory import limit_to_free_memory
    from tuneport.train.run import execute_run

    # From here on there may be something to save; until now, a signal simply ended the process.
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, lambda *_: stopping.set())
    if arguments.server_pid is not None:
        threading.Thread(target=_watch_server, args=(arguments.server_pid, stopping), daemon=True).start()
    limit_to_free_memory()
    return execute_run(folder, stopping.is_set)


def _needs_bitsandbytes(spec: RunSpec) -> bool:
    return spec.model.quantization != "none" or spec.optimizer.kind == "adamw_8bit"


def _watch_server(server_pid: int, stopping: threading.Event) -> None:
    """Two runs must never write one folder: an orphan stops before the next server starts the run again."""
    while _is_below(server_pid):
        time.sleep(0.5)
    stopping.set()


def _is_below(server_pid: int) -> bool:
    """Say whether that process is this one's parent, or its parent's where torchrun stands between."""
    parent_pid = os.getppid()
    if parent_pid == server_pid:
        return True
    try:
        return psutil.Process(parent_pid).ppid() == server_pid
    except psutil.Error:
        return False


if __name__ == "__main__":
    sys.exit(main())
