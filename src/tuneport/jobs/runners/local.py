"""Training in a child process of the server, or in several below one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

NICER = 10
"""How far a run stands back from the server on the same cores: who asks is answered at once."""
STOP_SECONDS = 60
"""A run that was asked to stop and has not after so long is killed; it ends its micro-batch and saves a checkpoint."""


_TRAIN = ("-m", "tuneport.train")


def training_command(n_processes: int = 1) -> tuple[str, ...]:
    """Give the words that train a run folder, in one process or in several that torchrun starts and watches."""
    if n_processes == 1:
        return (sys.executable, *_TRAIN)
    options = ("--standalone", "--nproc-per-node", str(n_processes))
    return (sys.executable, "-m", "torch.distributed.run", *options, *_TRAIN)


class LocalRunner:
    def __init__(self, command: Sequence[str]) -> None:
        """`command`: as `training_command` gives it; the run folder is added, and the server's process."""
        self._command = tuple(command)

    def start(self, run_dir: Path, log_file: Path) -> LocalProcess:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        command = [*self._command, str(run_dir), "--server-pid", str(os.getpid())]
        with log_file.open("ab") as log:
            # Its own session: Ctrl-C in the server's terminal reaches the server alone, which then ends the run.
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        os.setpriority(os.PRIO_PROCESS, child.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICER)
        return LocalProcess(child)

    def end_orphans(self, runs: Path) -> None:
        orphans = [process for process in psutil.process_iter() if self._is_run_in(process, runs)]
        for process in orphans:
            _signal(process, signal.SIGTERM)
        _, alive = psutil.wait_procs(orphans, timeout=STOP_SECONDS)
        for process in alive:
            _signal(process, signal.SIGKILL)
        psutil.wait_procs(alive, timeout=STOP_SECONDS)

    def _is_run_in(self, process: psutil.Process, runs: Path) -> bool:
        try:
            words = process.cmdline()
        except psutil.Error:
            return False
        n_words = len(self._command)
        # By its command line, not by a recorded number: the system gives numbers to other programs again.
        return tuple(words[1:n_words]) == self._command[1:] and any(
            Path(word).parent == runs for word in words[n_words:]
        )


class LocalProcess:
    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    def exit_code(self) -> int | None:
        return self._child.poll()

    def stop(self) -> None:
        if self._child.poll() is not None:
            return
        self._child.terminate()
        try:
            self._child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        # It ended in between, which is what was wanted.
        return
