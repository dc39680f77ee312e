"""A file as two: rows to train on, and rows to measure on that training has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneport.core import DataError, InvalidRequest
from tuneport.data.row_writer import RowWriter
from tuneport.data.split_sides import choose_groups
from tuneport.data.whole_rows import read_whole_rows

if TYPE_CHECKING:
    from tuneport.data.split_groups import RowGroups

DEFAULT_VALIDATION_SHARE = 0.1


@dataclass(frozen=True)
class SplitOptions:
    validation_share: float | None = None
    """Of all rows; a tenth where neither this nor `validation_rows` is given."""
    validation_rows: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class SplitReport:
    n_rows: int
    n_training: int
    n_validation: int
    n_groups: int
    """Groups of rows that stay together; a row that is alone is a group."""
    n_grouped_rows: int
    """Rows that share a group with another."""
    grouped_by: str
    n_classes: int | None
    """Answers that the rows choose from, each in both parts by its share; `None` where answers are free text."""
    n_unreadable: int
    """Lines that are no JSON; they go to either side as they are."""
    seed: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def split_file(
    path: Path,
    write_training: Callable[[bytes], object],
    write_validation: Callable[[bytes], object],
    options: SplitOptions,
) -> SplitReport:
    """Divide the rows by chance, the same way for the same seed; each keeps its place and its bytes.

    Rows whose prompts are the same or nearly the same stay on one side.
    Raises `DataError` where the file is no JSON lines or all rows are one group, `InvalidRequest` for bad numbers.
    """
    # With NumPy behind it, which the server need not load to start.
    from tuneport.data.split_groups import group_rows

    groups = group_rows(path)
    wanted = _wanted_rows(len(groups.group_of_row), options)
    in_validation = choose_groups(groups, wanted, seed=options.seed)
    if not in_validation or len(in_validation) == len(groups.sizes):
        raise DataError(
            f"All {len(groups.group_of_row)} rows ask the same, so no part of them would be new to a model trained on "
            "the rest. Give rows with different prompts.",
            code="cannot_split",
        )
    training, validation = RowWriter(write_training), RowWriter(write_validation)
    for raw, group in zip(read_whole_rows(path), groups.group_of_row.tolist(), strict=True):
        (validation if group in in_validation else training).add(raw.content.strip())
    training.flush()
    validation.flush()
    return _report(groups, training.n_rows, validation.n_rows, options.seed)


def _wanted_rows(n_rows: int, options: SplitOptions) -> int:
    if options.validation_share is not None and options.validation_rows is not None:
        raise InvalidRequest(
            "'validation_share' and 'validation_rows' are both given. Give one of them.", param="validation_rows"
        )
    share = DEFAULT_VALIDATION_SHARE if options.validation_share is None else options.validation_share
    wanted = max(1, round(n_rows * share)) if options.validation_rows is None else options.validation_rows
    if not 0 < wanted < n_rows:
        raise InvalidRequest(
            f"{wanted} of {n_rows} rows cannot be held out. Ask for at least one, and leave at least one to train on.",
            code="cannot_split",
            param="validation_share" if options.validation_rows is None else "validation_rows",
        )
    return wanted


def _report(groups: RowGroups, n_training: int, n_validation: int, seed: int) -> SplitReport:
    return SplitReport(
        n_rows=len(groups.group_of_row),
        n_training=n_training,
        n_validation=n_validation,
        n_groups=len(groups.sizes),
        n_grouped_rows=sum(size for size in groups.sizes if size > 1),
        grouped_by=groups.grouped_by,
        n_classes=groups.n_classes,
        n_unreadable=groups.n_unreadable,
        seed=seed,
    )
