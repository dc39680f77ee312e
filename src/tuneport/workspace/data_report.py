"""The report on a data file, in parts: each is a function of the file, and a key of the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tuneport.catalog import BaseModel, find_model, is_pulled, model_folder
from tuneport.config import Settings
from tuneport.core import Conflict, InvalidRequest
from tuneport.data import DEFAULT_LONGEST_ROW_TOKENS, CheckReport, check_file

CHECK = "check"
"""The part whose fields stand at the top of the answer; it is there whether it is named or not."""


@dataclass(frozen=True)
class ReportRequest:
    """What is to be said of a file."""

    parts: tuple[str, ...] = (CHECK,)
    method: str = "supervised"
    model: str | None = None
    """`None` checks for any model; what needs a tokenizer takes the server's default."""
    is_training_file: bool = True
    validation_file: str | None = None
    """Id of the file to compare with."""
    n_epochs: int | None = None
    """`None` takes the number that a job would take."""


@dataclass(frozen=True)
class ReportContext:
    """What the parts of a report have to go by."""

    path: Path
    settings: Settings
    method: str = "supervised"
    model: str | None = None
    is_training_file: bool = True
    validation_path: Path | None = None
    n_epochs: int | None = None

    @cached_property
    def check(self) -> CheckReport:
        """Raises `InvalidRequest` for an unknown method, `NotFound` for an unknown model."""
        longest = DEFAULT_LONGEST_ROW_TOKENS if self.model is None else self.base_model.longest_training_row_tokens
        return check_file(
            self.path, method=self.method, is_training_file=self.is_training_file, longest_row_tokens=longest
        )

    @cached_property
    def base_model(self) -> BaseModel:
        """Raises `NotFound`."""
        return find_model(self.model or self.settings.default_model, self.settings)

    @cached_property
    def model_folder(self) -> Path:
        """Where the model's tokenizer and template lie. Raises `Conflict` while it is not pulled."""
        if not is_pulled(self.base_model, self.settings):
            raise Conflict(
                f"Tokens of {self.base_model.name!r} cannot be counted: it is not on disk yet. "
                f"Pull it first: `tuneport models pull {self.base_model.name}`.",
                code="model_not_pulled",
                param="model",
            )
        return model_folder(self.base_model, self.settings)


PARTS: dict[str, Callable[[ReportContext], dict[str, Any]]] = {}
"""Name of a part → what gives it, beside the check."""


def report_file(context: ReportContext, parts: Sequence[str] = (CHECK,)) -> dict[str, Any]:
    """Give the check's fields, and the value of each further part under its name. Raises `InvalidRequest`."""
    for part in parts:
        if part != CHECK and part not in PARTS:
            known = ", ".join(map(repr, (CHECK, *PARTS)))
            raise InvalidRequest(
                f"'parts' names {part!r}, and a report has no such part. Use {known}, with commas between.",
                code="unknown_report_part",
                param="parts",
            )
    return context.check.to_json() | {part: PARTS[part](context) for part in parts if part != CHECK}
