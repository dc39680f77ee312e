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
    """Anything but a loopback address needs a key: one of `tuneport keys`, or `api_key`."""
    port: int = DEFAULT_PORT
    """0 takes a free one."""
    api_key: str | None = None
    """A key of the owner's own, for everything. Where it is set, every request must carry it or another key."""
    keys_on_loopback: bool | None = None
    """Whether requests of this machine need a key. `None`: from the first key that is made."""
    requests_per_minute: int | None = 3000
    """Of each key; `None` has no limit. Commands on this machine are not counted."""
    requests_per_minute_without_key: int | None = None
    """Of all together, where no key is asked for; `None` has no limit."""
    max_json_bytes: int = 16 * 2**20
    """Longest body of a request; uploads of files have `max_upload_bytes` instead."""
    max_waiting_jobs: int = 100
    """Jobs of a project that wait; one more is refused."""
    max_project_bytes: int | None = None
    """Bytes of all files of a project together; `None` has no limit."""
    training_processes: int = 1
    """How many processes train a job together, such as one for each GPU: see docs/gpus-and-processes.md."""
    max_training_rows: int | None = None
    """Rows of a training file; a job with more fails. `None` has no limit."""
    organization: str = "local"
    """The third part of a tuned model's name, `ft:base:organization:suffix:id`."""
    default_model: str = "smollm2-135m-instruct"
    """Used where a command names no model."""
    max_upload_bytes: int = 512 * 2**20
    """OpenAI's limit for a file."""
    max_parted_upload_bytes: int = 8 * 2**30
    """OpenAI's limit for a file that is uploaded in parts."""
    max_part_bytes: int = 64 * 2**20
    parted_upload_seconds: int = 3600
    """An upload in parts that is not complete by then is removed."""
    max_batch_requests: int = 50_000
    """OpenAI's limits for a batch: its requests, and the bytes of their file."""
    max_batch_bytes: int = 200 * 2**20
    batch_seconds: int = 24 * 3600
    """The window "24h" of a batch: what is not answered by then is not answered any more."""
    batches_at_once: int = 2
    """Batches that are answered side by side; others wait."""
    batch_parallel_requests: int = 8
    """Requests of one batch that the engine is given together."""
    max_tuned_deployments: int | None = None
    """Deployments of tuned models that a project may have (Azure: 5); `None` has no limit."""
    idle_deployment_seconds: int = 15 * 24 * 3600
    """A tuned model's deployment that has answered nothing for so long is removed; the model stays."""
    developer_deployment_seconds: int = 24 * 3600
    """A deployment of the kind "developertier" is removed so long after it was made."""
    import_folder: Path | None = None
    """`files/import` reads files below this folder of the server's machine; `None` reads none."""
    imports_from_private_addresses: bool = False
    """Whether `files/import` may fetch from this machine and its network, and not from the internet alone."""
    import_seconds: int = 3600
    """A file that is not fetched by then has failed."""
    default_max_tokens: int = 1024
    """Longest answer to a request that sets no limit: a small model may never stop by itself."""
    engine_idle_seconds: int = 600
    """An engine that has answered nothing for so long gives its memory back."""
    engine_max_queued: int = 256
    """Requests waiting for one engine; one more is answered 503."""
    vllm_command: Path | None = None
    """The `vllm` program of an environment of its own, which then answers for text models: see
    docs/gpus-and-processes.md. `None` answers with the engine that is built in."""
    vllm_without_gpu: bool = False
    """Whether `vllm_command` is used where no NVIDIA GPU is found, too."""
    vllm_memory_share: float = 0.8
    """Of a GPU's memory, that vLLM takes for one model and its answers."""
    vllm_max_rank: int = 64
    """Adapters of a higher rank are answered by the engine that is built in."""
    check_parity: bool = True
    """Whether a job fails whose model is not served as it was trained: see docs/export.md."""
    currency: str = "USD"
    """Of the cost sheet (`tuneport costs`), which only tells: nothing is charged."""
    price_per_training_hour: float = 0.0
    price_per_million_training_tokens: float = 0.0
    """Each token of a row, once an epoch, as hosted services count."""
    training_watts: float | None = None
    """What the machine draws while it trains; `None` leaves electricity out of the cost sheet."""
    price_per_kilowatt_hour: float | None = None
    access_log: bool = True
    """Write a line for each request into `logs/access.log`: who, what, how it ended, never what was said."""
    until_unused: bool = False
    """Stop when no command that leased this server is left (see `leases`)."""

    @property
    def database(self) -> Path:
        return self.home / "tuneport.db"

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def uploads(self) -> Path:
        """Parts of uploads that are not complete."""
        return self.home / "uploads"

    @property
    def batches(self) -> Path:
        """What is answered of the batches that are not finished."""
        return self.home / "batches"

    @property
    def aliases(self) -> Path:
        """The owner's names for base models, as a JSON object."""
        return self.home / "aliases.json"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def downloads(self) -> Path:
        return self.home / "downloads"

    @property
    def encodings(self) -> Path:
        """Files of OpenAI's tokenizers, under the names that tiktoken looks for."""
        return self.home / "encodings"

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def exports(self) -> Path:
        """Tuned models written for other programs, a folder for each export."""
        return self.home / "exports"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def access_log_file(self) -> Path | None:
        return self.logs / "access.log" if self.access_log else None

    @property
    def leases(self) -> Path:
        """One file per command that uses a server started for it; the file's name is the command's process id."""
        return self.home / "leases"

    @property
    def server_record(self) -> Path:
        """`{"pid": …, "url": …}` of the server that runs on this home."""
        return self.home / "server.json"

    @property
    def owner_key(self) -> Path:
        """The key of whoever may read this file, and of nobody else: made anew by each server, gone when it leaves."""
        return self.home / "owner.key"

    @property
    def server_lock(self) -> Path:
        """Held (flock) as long as a server runs: two servers on one home would start one job twice."""
        return self.home / "server.lock"
