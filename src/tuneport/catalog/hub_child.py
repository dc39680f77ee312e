"""`python -m tuneport.catalog.hub_child look|fetch REPOSITORY REVISION FOLDER`: the hub's client, on its own."""

from __future__ import annotations

import sys

from huggingface_hub import DryRunFileInfo, snapshot_download

from tuneport.catalog.model_files import WANTED


def look(repository: str, revision: str, folder: str) -> str:
    """Give the revision's commit and the bytes of wanted files that `folder` lacks."""
    answer = snapshot_download(
        repository, revision=revision, local_dir=folder, allow_patterns=list(WANTED), dry_run=True
    )
    files = [file for file in answer if isinstance(file, DryRunFileInfo)]
    if not files:
        sys.exit("It has none of the files of a model: config.json, *.safetensors, tokenizer.json.")
    return f"{files[0].commit_hash} {sum(file.file_size or 0 for file in files if file.will_download)}"


def fetch(repository: str, revision: str, folder: str) -> None:
    snapshot_download(repository, revision=revision, local_dir=folder, allow_patterns=list(WANTED))


if __name__ == "__main__":
    action, *arguments = sys.argv[1:]
    if action == "look":
        sys.stdout.write(f"{look(*arguments)}\n")
    else:
        fetch(*arguments)
