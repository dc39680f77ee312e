"""What is asked of the data desk, and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.workspace import Container, DedupeBy, MappedPart, Shape

Column = Annotated[str, Field(min_length=1, max_length=1000)]
Text = Annotated[str, Field(max_length=100_000)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConvertRequest(_Request):
    source: Annotated[Container | Shape | None, Field(alias="from")] = None
    """What the file is, or what its records are; what is not given is told from the content."""
    map: dict[MappedPart, Column | Annotated[list[Column], Field(min_length=1, max_length=20)]] = {}
    """Which column, or which columns, make which message."""
    system: Text | None = None
    """System message of every row that has none."""
    assistant: Annotated[str, Field(min_length=1, max_length=100)] = "assistant"
    """Of transcripts: the speaker whose words are to be learned."""
    encoding: Annotated[str, Field(max_length=40)] | None = None
    """Such as `cp1252`; UTF-8, UTF-16 and UTF-32 are found without it."""
    strip_marks: bool = False
    """Of prompt and completion: take off separators, stop texts and the leading space."""


class SplitRequest(_Request):
    validation_share: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Of all rows; a tenth where `validation_rows` is not given either."""
    validation_rows: Annotated[int, Field(ge=1)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0


class DedupeRequest(_Request):
    by: DedupeBy = "row"


class FixRequest(_Request):
    write: bool = True
    """False only tells what would be changed."""


class RefusedObject(BaseModel):
    where: str
    """Line, row or name of the transcript."""
    reason: str


class Conversion(BaseModel):
    object: Literal["file.conversion"] = "file.conversion"
    container: Container
    shapes: dict[str, int]
    """Rows by what their records were."""
    format: str
    """Of the rows: `chat` or `preference`; `empty` where there are none."""
    n_records: int
    n_rows: int
    n_refused: int
    refused: list[RefusedObject]
    """The first 20."""
    notes: dict[str, int]
    """What was left out or changed on the way, and how often."""
    file_id: str | None
    """The new file; null where no record became a row."""


class Split(BaseModel):
    object: Literal["file.split"] = "file.split"
    n_rows: int
    n_training: int
    n_validation: int
    n_groups: int
    """Groups of rows that stay together; a row that is alone is a group."""
    n_grouped_rows: int
    grouped_by: str
    n_classes: int | None
    """Answers that the rows choose from, each in both parts by its share; null where answers are free text."""
    n_unreadable: int
    seed: int
    training_file_id: str
    validation_file_id: str


class RemovedObject(BaseModel):
    line: int
    same_as_line: int


class Deduplication(BaseModel):
    object: Literal["file.deduplication"] = "file.deduplication"
    by: DedupeBy
    n_rows: int
    n_kept: int
    n_removed: int
    removed: list[RemovedObject]
    """The first 20."""
    n_unreadable: int
    file_id: str


class FixExampleObject(BaseModel):
    line: int
    kinds: list[str]
    before: str
    after: str


class LeftObject(BaseModel):
    line: int
    code: str
    found: str


class Fix(BaseModel):
    object: Literal["file.fix"] = "file.fix"
    n_rows: int
    n_changed: int
    counts: dict[str, int]
    """Repairs by kind: codes of the check, and a few that no check speaks of."""
    examples: list[FixExampleObject]
    """The first 3."""
    n_left: int
    """Lines that cannot be read, and stay as they are."""
    left: list[LeftObject]
    """The first 20."""
    file_id: str | None
    """The new file; null where none was asked for."""
