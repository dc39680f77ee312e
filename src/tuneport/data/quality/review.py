"""Look at the quality of a data file: what is in it twice, cut off, secret, or out of place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from tuneport.core import NotFound
from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.answers import Answers
from tuneport.data.quality.boilerplate import Boilerplate, find_boilerplate
from tuneport.data.quality.cut_words import CutWords
from tuneport.data.quality.leaks import Leaks
from tuneport.data.quality.lengths import Lengths
from tuneport.data.quality.near_rows import NearRows
from tuneport.data.quality.refusals import Refusals
from tuneport.data.quality.repeats import RowKeys, find_repeats
from tuneport.data.quality.report import QualityFinding, QualityReport
from tuneport.data.quality.row import Row
from tuneport.data.quality.rows import QualityRows
from tuneport.data.quality.rules import MOST_SAID, QUALITY_RULES
from tuneport.data.quality.text_scan import TextScan
from tuneport.data.reading import OnRead, tell_nobody


class _Look(Protocol):
    """One thing that is looked for in every row."""

    def look(self, row: Row) -> None: ...

    def findings(self) -> Iterable[QualityFinding]: ...


def review_quality(path: Path, *, validation: Path | None = None, on_read: OnRead = tell_nobody) -> QualityReport:
    """Give every finding on a file, and on what of `validation` is in it too.

    The file is read twice, a row at a time; what is kept of a row is under 400 bytes.
    `on_read` is told of all bytes of both files, once.
    Raises `NotFound` for no file, and `DataError` for one that is no JSON lines at all; nothing else in them makes it
    raise.
    """
    for file in (path, validation):
        if file is not None and not file.is_file():
            raise NotFound(f"{file}: there is no such file. Give the path of a JSONL file.", "file_not_found")
    rows = QualityRows(path, "The file", on_read)
    validation_rows = None if validation is None else QualityRows(validation, "The validation file", on_read)
    boilerplate = find_boilerplate(path)
    keys = RowKeys()
    near_rows = NearRows(keys, boilerplate.shingles)
    leaks = None if validation_rows is None else Leaks(validation_rows, keys, boilerplate.shingles)
    looks: list[_Look] = [near_rows, Answers(keys), CutWords(), TextScan(), Refusals(), Lengths(keys)]
    if leaks is not None:
        looks.append(leaks)
    for row in rows:
        keys.look(row)
        for look in looks:
            look.look(row)
    findings = [
        *find_repeats(keys),
        *_alike(boilerplate, keys),
        *(finding for look in looks for finding in look.findings()),
    ]
    order = list(QUALITY_RULES)
    return QualityReport(
        n_rows=len(keys),
        n_unread_rows=rows.n_unread,
        n_compared_rows=near_rows.n_compared_rows,
        n_validation_rows=None if leaks is None else leaks.n_validation_rows,
        n_unread_validation_rows=None if validation_rows is None else validation_rows.n_unread,
        n_compared_validation_rows=None if leaks is None else leaks.n_compared_rows,
        findings=tuple(sorted(findings, key=lambda finding: order.index(finding.code))),
    )


def _alike(boilerplate: Boilerplate, keys: RowKeys) -> Iterable[QualityFinding]:
    """Say where so little tells the rows apart that a comparison of the rest says little of them."""
    if boilerplate.share >= MOST_SAID:
        yield QualityFinding("alike_rows", len(keys), 1.0, tuple(keys.lines[:N_SHOWN].tolist()), {})
