"""New files that the server makes of an uploaded one, fetched to where the person wants them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from tuneport.cli.client import Client
from tuneport.core import DataError, InvalidRequest

_TRANSCRIPTS = (".txt", ".md", ".vtt")


def require_free(sources: Sequence[Path], *targets: Path, replaces: bool) -> None:
    """Raise `InvalidRequest` where a file would be lost, or can't be written. Asked before the work begins."""
    for target in targets:
        if target.exists() and (target.is_dir() or any(target.samefile(source) for source in sources)):
            raise _refusal(f"{target} is the file or folder to be read. Give the new file another name.")
        if target.exists() and not replaces:
            raise _refusal(f"{target} is there already. Give another name, or replace it with --force.")
        _require_folder(target)
    if len({target.resolve() for target in targets}) < len(targets):
        raise _refusal(f"{targets[0]} is named twice. Give each new file its own name.")


def fetch_made_files(client: Client, targets: dict[str, Path]) -> None:
    """Write each file that the server has made to its target; the server keeps none, also where one fails."""
    with ExitStack() as made:
        for file_id in targets:
            made.callback(client.delete, f"files/{file_id}")
        for file_id, target in targets.items():
            client.download(f"files/{file_id}/content", target)


@contextmanager
def as_one_file(source: Path) -> Iterator[Path]:
    """Give the file itself, or a zip of a folder's transcripts that is gone after the block.

    Raises `DataError` for a folder without any.
    """
    if not source.is_dir():
        yield source
        return
    files = _transcripts(source)
    if not files:
        raise DataError(
            f"{source} has no file that ends in {', '.join(_TRANSCRIPTS)}. Of a folder, those transcripts are read.",
            code="no_transcripts",
        )
    with TemporaryDirectory() as folder:
        packed = Path(folder) / f"{source.resolve().name}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for file in files:
                archive.write(source / file, file)
        yield packed


def _require_folder(target: Path) -> None:
    folder = target.absolute().parent
    if not folder.is_dir():
        raise _refusal(f"The folder of {target} is not there. Make it first, or name another.")
    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        raise _refusal(f"No file can be made in the folder of {target}: {error.strerror}. Name another.") from error


def _transcripts(folder: Path) -> list[Path]:
    """Give what may leave the folder: no hidden files, no links to elsewhere."""
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(
        file
        for file in files
        if file.suffix.lower() in _TRANSCRIPTS and not any(part.startswith(".") for part in file.parts)
    )


def _refusal(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="output_refused")
