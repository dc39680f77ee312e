"""New files that the server makes of an uploaded one, fetched to where the person wants them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tuneport.cli.client import Client
from tuneport.core import InvalidRequest


def require_free(source: Path, *targets: Path, replaces: bool) -> None:
    """Raise `InvalidRequest` where a file would be lost, or has no folder to lie in. Asked before the work begins."""
    for target in targets:
        if target.exists() and (target.resolve() == source.resolve() or target.is_dir()):
            raise _refusal(f"{target} is the file or folder to be read. Give the new file another name.")
        if target.exists() and not replaces:
            raise _refusal(f"{target} is there already. Give another name, or replace it with --force.")
        if not target.absolute().parent.is_dir():
            raise _refusal(f"The folder of {target} is not there. Make it first.")
    if len({target.resolve() for target in targets}) < len(targets):
        raise _refusal(f"{targets[0]} is named twice. Give each new file its own name.")


def fetch_made_file(client: Client, file_id: str, target: Path) -> None:
    """Write a file that the server has made to `target`; the server does not keep it."""
    try:
        client.download(f"files/{file_id}/content", target)
    finally:
        client.delete(f"files/{file_id}")


@contextmanager
def as_one_file(source: Path) -> Iterator[Path]:
    """Give the file itself, or a zip of a folder's files that is gone after the block."""
    if not source.is_dir():
        yield source
        return
    with TemporaryDirectory() as folder:
        packed = Path(folder) / f"{source.resolve().name}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path for path in source.rglob("*") if path.is_file()):
                archive.write(file, file.relative_to(source))
        yield packed


def _refusal(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="output_refused")
