"""A process that has loaded every library, and forks a training process for each run folder that it reads a line of.

It answers with the process's number, and once that has ended with its exit status. A start costs a moment this way,
not the seconds that torch needs; what runs, and what is killed, is a process like any other.
"""

import os
import sys
from pathlib import Path

from tuneport.config import RunFolder
from tuneport.models import load_base, pick_device
from tuneport.train.run import execute_run


def main(model_folder: str) -> None:
    # The model's classes are imported when the first model is loaded.
    load_base(Path(model_folder), pick_device("cpu"))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(execute_run(RunFolder(Path(line.strip())), lambda: False))
        say(child)
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
