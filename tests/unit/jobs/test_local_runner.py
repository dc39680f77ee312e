import os
import sys
from pathlib import Path

import psutil

from tuneport.jobs.runners.local import NICER, LocalRunner

NICEST = 19
"""What the system makes of any higher number."""


def test_a_run_stands_back_from_the_server_on_the_same_cores(tmp_path: Path):
    runner = LocalRunner((sys.executable, "-c", "import time; time.sleep(60)"))
    process = runner.start(tmp_path / "run", tmp_path / "run.log")

    # The tests before may have left a process of their own, such as the one that multiprocessing keeps.
    (child,) = (child for child in psutil.Process().children() if "import time; time.sleep(60)" in child.cmdline())
    niceness = child.nice()
    process.stop()

    assert niceness == min(os.getpriority(os.PRIO_PROCESS, 0) + NICER, NICEST)
