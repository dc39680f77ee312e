"""Everything that the server can say of a data file: each part of its report, and the first rows with their loss."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.data_files import read_report, uploaded
from tuneport.cli.report_follow import follow_report
from tuneport.cli.row_loss import read_row_loss
from tuneport.cli.screen import Screen
from tuneport.core import Conflict, InvalidRequest, NotFound

CHECK = "check"
PARTS = ("statistics", "estimate", "quality", "traffic")
ROWS_SHOWN = 3
ROWS_PART = "rows with their loss"


@dataclass(frozen=True)
class ReportOrder:
    """What is asked for."""

    file: Path
    validation: Path | None
    model: str | None
    method: str
    traffic: Path | None = None
    """Real requests to compare with."""
    longest_row_tokens: int | None = None
    """`None` takes the model's own limit."""

    @property
    def reading(self) -> dict[str, Any]:
        """As what the rows are to be read."""
        return {"method": self.method, "model": self.model, "longest_row_tokens": self.longest_row_tokens}

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part for part in PARTS if part != "traffic" or self.traffic is not None)


@dataclass(frozen=True)
class WholeReport:
    file: Path
    check: dict[str, Any]
    validation: Path | None
    validation_check: dict[str, Any] | None
    """`None` where no validation file was given."""
    parts: dict[str, dict[str, Any]]
    """Those that the server gave, by name."""
    rows: list[dict[str, Any]]
    """The first rows, token by token."""
    left_out: dict[str, str]
    """What the server did not give → why."""

    def to_json(self) -> dict[str, Any]:
        return {
            **self.check,
            **self.parts,
            "validation": self.validation_check,
            "rows": self.rows,
            "left_out": self.left_out,
        }


def read_whole_report(client: Client, screen: Screen, order: ReportOrder) -> WholeReport:
    """Upload the files, ask for everything, and delete them again."""
    with ExitStack() as stack:
        file_id = stack.enter_context(uploaded(client, screen, order.file))
        validation_id = stack.enter_context(uploaded(client, screen, order.validation)) if order.validation else None
        traffic_id = stack.enter_context(uploaded(client, screen, order.traffic)) if order.traffic else None
        answer = _read_parts(client, screen, file_id, order, validation_file=validation_id, traffic_file=traffic_id)
        left_out: dict[str, str] = {}
        rows = _read_rows(client, file_id, order, left_out)
        validation_check = None
        if validation_id is not None:
            validation_check = read_report(client, screen, validation_id, **order.reading, is_training_file=False)
    parts = {part: answer.pop(part) for part in order.parts if part in answer}
    for part in order.parts:
        if "unavailable" in parts.get(part, {}):
            left_out[part] = parts.pop(part)["unavailable"]
        elif part not in parts:
            left_out[part] = "this server does not give it"
    return WholeReport(order.file, answer, order.validation, validation_check, parts, rows, left_out)


def _read_parts(
    client: Client, screen: Screen, file_id: str, order: ReportOrder, **others: str | None
) -> dict[str, Any]:
    """`others`: the files to compare with, by the names of their queries."""
    read = partial(follow_report, client, screen, file_id, **order.reading, **others)
    try:
        return read(parts=",".join((CHECK, *order.parts)))
    except (InvalidRequest, NotFound, Conflict):
        # One part may be what the server can't give; the others are worth having.
        answer = read(parts=CHECK)
    for part in order.parts:
        try:
            answer |= read(parts=part)
        except (InvalidRequest, NotFound, Conflict) as error:
            answer[part] = {"unavailable": error.message}
    return answer


def _read_rows(client: Client, file_id: str, order: ReportOrder, left_out: dict[str, str]) -> list[dict[str, Any]]:
    """Give the first rows, up to one that the server refuses; why is added to `left_out`."""
    rows: list[dict[str, Any]] = []
    try:
        for number in range(1, ROWS_SHOWN + 1):
            rows.append(read_row_loss(client, file_id, number, numbered_by="row", **order.reading))
    except (InvalidRequest, NotFound, Conflict) as error:
        if error.code != "row_not_found":
            left_out[ROWS_PART] = error.message
    return rows
