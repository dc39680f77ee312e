"""What a look at a file's quality found, as a section of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneport.cli.human_numbers import share_text
from tuneport.cli.pages.sections import Cell, Section, Table, lines_text, view_section

_HEADER = ("", "code", "rows", "share", "where", "what it means")
_GROUPS_HEADER = ("code", "rows", "similarity", "where")


def view_quality(part: str, quality: Mapping[str, Any]) -> Section:
    """Give the findings as one table, and the groups of rows that belong together as another."""
    section = view_section(part, {name: value for name, value in quality.items() if name != "findings"})
    findings = quality["findings"]
    groups = [(finding["code"], group) for finding in findings for group in finding["groups"]]
    if findings:
        section.tables.append(Table("Findings", _HEADER, tuple(map(_finding_row, findings))))
    else:
        section.facts.append(("findings", "none"))
    if groups:
        section.tables.append(Table("Groups of rows", _GROUPS_HEADER, tuple(_group_row(*group) for group in groups)))
    return section


def _finding_row(finding: Mapping[str, Any]) -> tuple[Cell, ...]:
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in finding["counts_by_kind"].items())
    return (
        Cell(finding["severity"]),
        Cell(f"{finding['code']} ({kinds})" if kinds else finding["code"]),
        Cell(f"{finding['count']:,}", is_number=True),
        Cell(share_text(finding["share"]), is_number=True),
        Cell(lines_text(finding["lines"], finding["count"])),
        Cell(finding["meaning"]),
    )


def _group_row(code: str, group: Mapping[str, Any]) -> tuple[Cell, ...]:
    where = lines_text(group["lines"], group["n_rows"])
    in_validation = group["validation_lines"]
    if in_validation:
        where += f"; validation {lines_text(in_validation, len(in_validation))}"
    return (
        Cell(code),
        Cell(f"{group['n_rows']:,}", is_number=True),
        Cell(f"{group['similarity']:.2f}", is_number=True),
        Cell(where),
    )
