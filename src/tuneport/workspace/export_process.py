"""An export in its child process: started, followed, ended when nobody wants it any more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import IO, Any

from tuneport.core import TrainingFailed
from tuneport.weights import ORDER_FILE, ExportOrder

NICER = 5
"""How far it stands back from the server on the same cores."""
LOOK_SECONDS = 0.25
LOG_LETTERS = 500


class ExportCancelled(Exception):
    """Its owner wants it no more."""


def run_export(
    order: ExportOrder,
    folder: Path,
    log_file: Path,
    *,
    on_stage: Callable[[str], None],
    is_cancelled: Callable[[], bool],
) -> dict[str, Any] | None:
    """Fill `folder`, which exists; gives the verdict on it, `None` where nothing could be compared.

    Raises `TrainingFailed` with the code and the words of what failed, and `ExportCancelled`.
    """
    (folder / ORDER_FILE).write_text(order.model_dump_json(), encoding="utf-8")
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "tuneport.export", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    os.setpriority(os.PRIO_PROCESS, child.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICER)
    reports: list[dict[str, Any]] = []
    assert child.stdout is not None, "it is a pipe"
    reader = Thread(target=_read, args=(child.stdout, reports, on_stage), daemon=True)
    reader.start()
    try:
        _wait(child, is_cancelled)
    finally:
        if child.poll() is None:
            # With what it started itself: the reader of a GGUF file.
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        reader.join()
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None, "it is a pipe"
            pipe.close()
    return _outcome(reports, child.returncode, log_file)


def _read(lines: IO[bytes], reports: list[dict[str, Any]], on_stage: Callable[[str], None]) -> None:
    for line in lines:
        report = json.loads(line)
        reports.append(report)
        if "stage" in report:
            on_stage(report["stage"])


def _wait(child: subprocess.Popen[bytes], is_cancelled: Callable[[], bool]) -> None:
    while True:
        try:
            child.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if is_cancelled():
                raise ExportCancelled from None
        else:
            return


def _outcome(reports: list[dict[str, Any]], exit_code: int, log_file: Path) -> dict[str, Any] | None:
    last = reports[-1] if reports else {}
    if "parity" in last:
        verdict: dict[str, Any] | None = last["parity"]
        return verdict
    if "error" in last:
        raise TrainingFailed(last["error"]["message"], code=last["error"]["code"])
    ended = "killed, as the system does when memory runs out" if exit_code == -9 else f"exit status {exit_code}"
    said = log_file.read_text(errors="replace").strip()[-LOG_LETTERS:]
    raise TrainingFailed(
        f"The export's process ended before its work did ({ended}). Its last words: {said or 'none'}. Its log: "
        f"{log_file}",
        code="export_crashed",
    )
