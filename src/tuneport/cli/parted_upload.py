"""Files that are too large for one request go up in parts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.core import TuneportError

ONE_REQUEST_BYTES = 2**29
"""The most that OpenAI, and Tuneport as it is set up at first, takes in one request."""
PART_BYTES = 2**26


def upload_in_parts(
    client: Client, path: Path, on_sent: Callable[[int], None], *, part_bytes: int = PART_BYTES
) -> dict[str, Any]:
    """Upload a data file; gives the file object. `on_sent` is told how many bytes have gone. An end takes all back."""
    n_bytes = path.stat().st_size
    wanted = {"filename": path.name, "purpose": "fine-tune", "bytes": n_bytes, "mime_type": "text/jsonl"}
    upload_id = client.post("uploads", wanted)["id"]
    try:
        part_ids = []
        with path.open("rb") as file:
            while part := file.read(part_bytes):
                part_ids.append(client.upload_part(upload_id, part)["id"])
                on_sent(file.tell())
        uploaded: dict[str, Any] = client.post_patiently(f"uploads/{upload_id}/complete", {"part_ids": part_ids})
    except BaseException:
        with suppress(TuneportError):
            client.post(f"uploads/{upload_id}/cancel")
        raise
    return dict(uploaded["file"])
