"""Writes the pins anew: `.venv/bin/python tools/pin_dependencies.py`, from what pip would install today.

constraints.txt              every package, by version, for any machine
constraints-PLATFORM.txt     the same with the SHA-256 of the files for this platform, but for torch

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
TORCH = "torch==2.13.0"
WITHOUT_HASH = {"torch", "triton"}
"""Its builds for CPU and for CUDA share a version and not a file, and the machine chooses."""


def main() -> None:
    packages = sorted(_resolve(), key=lambda package: package["metadata"]["name"].lower())
    versions = "".join(f"{_pin(package)}\n" for package in packages)
    hashes = "".join(
        f"{_pin(package)} --hash=sha256:{package['download_info']['archive_info']['hashes']['sha256']}\n"
        for package in packages
        if package["metadata"]["name"] not in WITHOUT_HASH
    )
    head = "# Written by tools/pin_dependencies.py; do not edit.\n"
    (REPOSITORY / "constraints.txt").write_text(head + versions)
    (REPOSITORY / f"constraints-{platform_name()}.txt").write_text(head + hashes)


def platform_name() -> str:
    """Give the name that the Makefile looks for, such as cp311-linux-x86_64."""
    return f"cp{sys.version_info.major}{sys.version_info.minor}-{sys.platform}-{platform.machine()}"


def _resolve() -> list[dict[str, Any]]:
    """Ask pip for what it would install into an empty environment."""
    wanted = ["--editable", f"{REPOSITORY}[dev]", TORCH, *BUILD_PACKAGES]
    with tempfile.NamedTemporaryFile() as report:
        options = ["--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", report.name]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *wanted], check=True)
        packages: list[dict[str, Any]] = json.load(report)["install"]
    return [package for package in packages if package["metadata"]["name"] != "tuneport"]


def _pin(package: dict[str, Any]) -> str:
    # The part after "+" names a build, such as "cpu", which the next machine may not have.
    return f"{package['metadata']['name']}=={package['metadata']['version'].partition('+')[0]}"


if __name__ == "__main__":
    main()
