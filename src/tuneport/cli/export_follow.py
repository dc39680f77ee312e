"""Asks the server to export a model, follows it, and fetches the files."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.human_numbers import size_text
from tuneport.cli.screen import Screen
from tuneport.core import InvalidRequest, StorageFull, TrainingFailed, new_folder

MANIFEST_FILE = "tuneport-export.json"
LOOK_SECONDS = 0.5
_SUCCEEDED, _RUNNING = "succeeded", ("queued", "running")


def require_free_folder(out: Path, *, replaces: bool) -> None:
    """Raise `InvalidRequest` where something would be lost. Asked before the work begins."""
    if not out.absolute().parent.is_dir():
        raise _refusal(f"The folder that {out} is to lie in is not there. Make it first.")
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not (out / MANIFEST_FILE).is_file():
        raise _refusal(f"{out} is there and is no export of ours. Give a new folder.")
    if not replaces:
        raise _refusal(f"{out} is an export already. Give a new folder, or replace it with --force.")


def export_model(
    client: Client, screen: Screen, body: dict[str, Any], out: Path, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Give the export's record, once its files are in `out`; the server keeps none of them.

    Raises `TrainingFailed` with the reason where it failed, and `StorageFull` where `out` has no room for it.
    """
    export = client.post("tuneport/exports", body)
    path = f"tuneport/exports/{export['id']}"
    try:
        _require_space(out, export["expected_bytes"])
        export = _follow(client, screen, export, sleep)
        if export["status"] != _SUCCEEDED:
            error = export["error"] or {"message": f"The export was {export['status']}.", "code": "export_failed"}
            raise TrainingFailed(error["message"], code=error["code"])
        _fetch(client, screen, export, out)
    finally:
        if client.get(path)["status"] in _RUNNING:
            client.post(f"{path}/cancel")
        client.delete(path)
    return export


def _follow(client: Client, screen: Screen, export: dict[str, Any], sleep: Callable[[float], None]) -> dict[str, Any]:
    with screen.bar("Exporting") as bar:
        while export["status"] in _RUNNING:
            bar.update(0, None, export["stage"] or export["status"])
            sleep(LOOK_SECONDS)
            export = client.get(f"tuneport/exports/{export['id']}")
        bar.update(1, 1, export["status"])
    return export


def _fetch(client: Client, screen: Screen, export: dict[str, Any], out: Path) -> None:
    total = sum(file["bytes"] for file in export["files"])
    done = 0
    with screen.bar("Fetching") as bar, new_folder(out.absolute()) as folder:
        for file in export["files"]:
            target = folder / file["name"]
            client.download(f"tuneport/exports/{export['id']}/files/{file['name']}/content", target)
            _require_hash(target, file["sha256"])
            done += file["bytes"]
            bar.update(done, total, f"{size_text(done)} of {size_text(total)}")


def _require_space(out: Path, needed_bytes: int) -> None:
    free_bytes = shutil.disk_usage(out.absolute().parent).free
    if free_bytes < needed_bytes:
        raise StorageFull(
            f"{out.absolute().parent}: the export may take {size_text(needed_bytes)}, and {size_text(free_bytes)} are "
            "free. Free some space, or give a folder on a larger disk."
        )


def _require_hash(file: Path, expected: str) -> None:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != expected:
        raise TrainingFailed(
            f"{file.name} arrived with the hash {found}, and the server wrote {expected}. Export again.",
            code="export_damaged",
        )


def _refusal(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="output_refused")
