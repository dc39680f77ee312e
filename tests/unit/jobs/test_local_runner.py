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

    (child,) = psutil.Process().children()
    niceness = child.nice()
    process.stop()

    assert niceness == min(os.getpriority(os.PRIO_PROCESS, 0) + NICER, NICEST)
