"""`python -m tuneport.catalog.hub_child size|fetch REPOSITORY REVISION FOLDER`: the hub's client, on its own."""

from __future__ import annotations

import sys

from huggingface_hub import DryRunFileInfo, snapshot_download

from tuneport.catalog.model_files import WANTED


def missing_bytes(repository: str, revision: str, folder: str) -> int:
    """Give the bytes of wanted files that `folder` lacks."""
    files = snapshot_download(
        repository, revision=revision, local_dir=folder, allow_patterns=list(WANTED), dry_run=True
    )
    infos = [file for file in files if isinstance(file, DryRunFileInfo)]
    return sum(info.file_size or 0 for info in infos if info.will_download)


def fetch(repository: str, revision: str, folder: str) -> None:
    snapshot_download(repository, revision=revision, local_dir=folder, allow_patterns=list(WANTED))


if __name__ == "__main__":
    action, *arguments = sys.argv[1:]
    if action == "size":
        sys.stdout.write(f"{missing_bytes(*arguments)}\n")
    else:
        fetch(*arguments)
