"""A model from the Hugging Face hub."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tuneport.catalog.child import folder_bytes, wait_for
from tuneport.catalog.disk_space import require_disk_space
from tuneport.catalog.progress import OnProgress, PullProgress
from tuneport.catalog.record import HubSource
from tuneport.core import ModelPullFailed


def fetch_repository(source: HubSource, folder: Path, on_progress: OnProgress) -> HubSource:
    """Fill `folder` with the repository's wanted files; resumes, file by file. Gives the source with its exact commit.

    The hub's own client does the work, so its login, mirrors and proxies hold; in a child process, so that a pull
    can be stopped. Raises `ModelPullFailed`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    answer = _run(source, "look", folder, lambda: on_progress(PullProgress("downloading", 0, None)))
    commit, missing_bytes = answer.split()[-2:]
    total_bytes = folder_bytes(folder) + int(missing_bytes)
    require_disk_space(folder, int(missing_bytes), f"{source.repository} of the hub")
    exact = replace(source, revision=commit)
    _run(exact, "fetch", folder, lambda: on_progress(_progress(folder, total_bytes)))
    return exact


def _progress(folder: Path, total_bytes: int) -> PullProgress:
    return PullProgress("downloading", min(folder_bytes(folder), total_bytes), total_bytes)


def _run(source: HubSource, action: str, folder: Path, on_watch: Callable[[], None]) -> str:
    revision = source.revision or "main"
    output = wait_for(
        [sys.executable, "-m", "tuneport.catalog.hub_child", action, source.repository, revision, str(folder)],
        os.environ | {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"},
        on_watch,
    )
    if output.returncode != 0:
        raise _hub_failed(source, output.text)
    return output.text


def _hub_failed(source: HubSource, text: str) -> ModelPullFailed:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return ModelPullFailed(
        f"The hub's {source.repository!r} at {source.revision or 'main'!r} could not be fetched: "
        f"{' '.join(lines[-3:])[:600]} Check the name and the network. For a model behind a licence, accept it on the "
        "hub and set HF_TOKEN. Then pull again: what was fetched is kept."
    )
