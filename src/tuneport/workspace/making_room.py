"""Training and serving on one accelerator: idle engines give their memory back before a run measures what there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tuneport.inference import Engines
from tuneport.jobs import Runner, RunProcess


class MakingRoom:
    """Trains where another runner does. On a CPU both sides share by the system's own rules, and nothing is ended."""

    def __init__(self, runner: Runner, engines: Engines, *, has_accelerator: Callable[[], bool]) -> None:
        self._runner = runner
        self._engines = engines
        self._has_accelerator = has_accelerator

    def start(self, run_dir: Path, log_file: Path) -> RunProcess:
        """Engines that answer, or are pinned, stay; the others come back with their next request."""
        if self._has_accelerator():
            self._engines.give_way()
        return self._runner.start(run_dir, log_file)

    def end_orphans(self, runs: Path) -> None:
        self._runner.end_orphans(runs)
