"""Writes the pins anew: `.venv/bin/python tools/pin_dependencies.py`, from what pip would install today.

constraints.txt              every package of every extra, by version, for any machine
constraints-PLATFORM.txt     what `make setup` installs, with the SHA-256 of the files for this platform, but for torch

See docs/decisions/0001-pinned-install.md.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
BUILD_PACKAGES = ["hatchling", "editables"]
EVERY_EXTRA = "dev,bench,fuzz"
TORCH = "torch==2.13.0"
WITHOUT_HASH = {"torch", "triton"}
"""Its builds for CPU and for CUDA share a version and not a file, and the machine chooses."""


def main() -> None:
    versions = "".join(f"{_pin(package)}\n" for package in _resolve(EVERY_EXTRA))
    hashes = "".join(
        f"{_pin(package)} --hash=sha256:{package['download_info']['archive_info']['hashes']['sha256']}\n"
        for package in _resolve("dev")
        if package["metadata"]["name"] not in WITHOUT_HASH
    )
    head = "# Written by tools/pin_dependencies.py; do not edit.\n"
    (REPOSITORY / "constraints.txt").write_text(head + versions)
    (REPOSITORY / f"constraints-{platform_name()}.txt").write_text(head + hashes)


def platform_name() -> str:
    """Give the name that the Makefile looks for, such as cp311-linux-x86_64."""
    return f"cp{sys.version_info.major}{sys.version_info.minor}-{sys.platform}-{platform.machine()}"


def _resolve(extras: str) -> list[dict[str, Any]]:
    """Ask pip for what it would install into an empty environment; sorted by name."""
    wanted = ["--editable", f"{REPOSITORY}[{extras}]", TORCH, *BUILD_PACKAGES]
    with tempfile.NamedTemporaryFile() as report:
        options = ["--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", report.name]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *wanted], check=True)
        packages: list[dict[str, Any]] = json.load(report)["install"]
    others = [package for package in packages if package["metadata"]["name"] != "tuneport"]
    return sorted(others, key=lambda package: package["metadata"]["name"].lower())


def _pin(package: dict[str, Any]) -> str:
    # The part after "+" names a build, such as "cpu", which the next machine may not have.
    return f"{package['metadata']['name']}=={package['metadata']['version'].partition('+')[0]}"


if __name__ == "__main__":
    main()
