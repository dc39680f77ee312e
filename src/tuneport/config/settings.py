"""What the owner of a server may choose."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_PORT = 8410
DEFAULT_PROJECT = "proj_default"
"""The project of a server without keys, and of what was there before projects were."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def default_home() -> Path:
    """Give `TUNEPORT_HOME`, or `~/.tuneport`."""
    return Path(os.environ.get("TUNEPORT_HOME") or Path.home() / ".tuneport").expanduser().resolve()


@dataclass(frozen=True)
class Settings:
    home: Path = field(default_factory=default_home)
    """Everything the server keeps lies under this folder."""
    host: str = "127.0.0.1"
    """Anything but a loopback address needs `api_key`."""
    port: int = DEFAULT_PORT
    """0 takes a free one."""
    api_key: str | None = None
    """Where set, every request must carry it."""
    organization: str = "local"
    """The third part of a tuned model's name, `ft:base:organization:suffix:id`."""
    default_model: str = "smollm2-135m-instruct"
    """Used where a command names no model."""
    max_upload_bytes: int = 512 * 2**20
    """OpenAI's limit for a file."""
    default_max_tokens: int = 1024
    """Longest answer to a request that sets no limit: a small model may never stop by itself."""
    engine_idle_seconds: int = 600
    """An engine that has answered nothing for so long gives its memory back."""
    engine_max_queued: int = 256
    """Requests waiting for one engine; one more is answered 503."""
    until_unused: bool = False
    """Stop when no command that leased this server is left (see `leases`)."""

    @property
    def database(self) -> Path:
        return self.home / "tuneport.db"

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def downloads(self) -> Path:
        return self.home / "downloads"

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def leases(self) -> Path:
        """One file per command that uses a server started for it; the file's name is the command's process id."""
        return self.home / "leases"

    @property
    def server_record(self) -> Path:
        """`{"pid": …, "url": …}` of the server that runs on this home."""
        return self.home / "server.json"

    @property
    def server_lock(self) -> Path:
        """Held (flock) as long as a server runs: two servers on one home would start one job twice."""
        return self.home / "server.lock"
