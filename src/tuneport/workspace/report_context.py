"""What a report on a data file is asked for, and what its parts have to go by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tuneport.catalog import BaseModel, find_model
from tuneport.config import Settings
from tuneport.data import CheckReport, OnRead, check_file
from tuneport.workspace.longest_row import longest_row_tokens
from tuneport.workspace.past_runs import PastRuns
from tuneport.workspace.report_progress import OnProgress, PartReading

if TYPE_CHECKING:
    from tuneport.workspace.data_statistics import CountedFile

CHECK = "check"
"""The part whose fields stand at the top of the answer; it is there whether it is named or not."""


@dataclass(frozen=True)
class ReportRequest:
    """What is to be said of a file."""

    parts: tuple[str, ...] = (CHECK,)
    method: str = "supervised"
    model: str | None = None
    """`None` takes the server's default."""
    longest_row_tokens: int | None = None
    """A longer row would be cut; `None` takes the model's own limit."""
    is_training_file: bool = True
    validation_file: str | None = None
    """Id of the file to compare with."""
    traffic_file: str | None = None
    """Id of a file of real requests."""
    n_epochs: int | None = None
    """`None` takes the number that a job would take."""
    fetches_encoding: bool = False
    """Get OpenAI's tokenizer where it is not here; without it what is counted with it is left out."""


@dataclass(frozen=True)
class ReportContext:
    """What the parts of a report have to go by."""

    path: Path
    file_name: str
    """As it was uploaded: what messages call it."""
    settings: Settings
    request: ReportRequest
    validation_path: Path | None
    traffic_path: Path | None
    find_past_runs: Callable[[str, str], PastRuns | None]
    """Base model and method → what its runs on this machine took."""
    on_progress: OnProgress

    def reading(self, part: str, *paths: Path) -> OnRead:
        """Give what `part` tells of the bytes that it reads, which are those of `paths`."""
        return PartReading(part, sum(path.stat().st_size for path in paths), self.on_progress).add

    @cached_property
    def check(self) -> CheckReport:
        """Raises `InvalidRequest` for an unknown method, `NotFound` for an unknown model."""
        request = self.request
        return check_file(
            self.path,
            method=request.method,
            is_training_file=request.is_training_file,
            longest_row_tokens=self.longest_row_tokens,
            on_read=self.reading(CHECK, self.path),
        )

    @cached_property
    def counted(self) -> CountedFile:
        """Counted once, for all parts that need it. Raises `DataError` or `NotFound`, as `count_statistics` does."""
        # Tokenizers and templates are a third of the server's start: only who asks for tokens waits for them.
        from tuneport.workspace.data_statistics import count_statistics

        return count_statistics(self)

    @cached_property
    def longest_row_tokens(self) -> int:
        """Raises `NotFound`, or `InvalidRequest` for more than the model's context."""
        return longest_row_tokens(self.base_model, self.request.longest_row_tokens)

    @cached_property
    def base_model(self) -> BaseModel:
        """Raises `NotFound`."""
        return find_model(self.request.model or self.settings.default_model, self.settings)
