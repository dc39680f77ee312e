"""The seam behind which a training run happens."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class RunProcess(Protocol):
    def exit_code(self) -> int | None:
        """Give `None` while it runs; minus the signal's number where one ended it."""
        ...

    def stop(self) -> None:
        """End it, and come back when it is gone."""
        ...


class Runner(Protocol):
    def start(self, run_dir: Path, log_file: Path) -> RunProcess:
        """Start, or resume, the run of a folder that has its spec.json."""
        ...

    def end_orphans(self, runs: Path) -> None:
        """End what a server that was killed may have left running on folders in `runs`."""
        ...
