"""Parts of a report as sections of a page: facts, tables and charts, whatever numbers the server gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuneport.cli.human_numbers import duration_text, share_text, size_text
from tuneport.cli.pages.labels import label

_SPREAD_KEYS = ("min", "p5", "p50", "mean", "p95", "max", "total")
_COUNTS = ("classes", "calls", "rows_by_language")
"""Mappings whose keys are words of the file, and no names of the wire."""
_MOST_LISTED = 20
_MOST_COUNTED = 50


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Bin:
    first: int
    last: int
    n_rows: int


@dataclass
class Section:
    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    """Name and value."""
    tables: list[Table] = field(default_factory=list)
    charts: list[tuple[str, tuple[Bin, ...]]] = field(default_factory=list)
    """Title and bins of a histogram."""


def view_section(part: str, values: Mapping[str, Any]) -> Section:
    """Give a part of a report as a section; what is `null` in it is left out."""
    section = Section(part.capitalize())
    spreads: list[tuple[Cell, ...]] = []
    _add(section, spreads, values, part)
    if spreads:
        section.tables.insert(0, Table("", ("of a row", *_SPREAD_KEYS), tuple(spreads)))
    return section


def _add(section: Section, spreads: list[tuple[Cell, ...]], values: Mapping[str, Any], way: str) -> None:
    """`way`: to the values, as the labels have it."""
    for name, value in values.items():
        inner = f"{way}.{name}"
        if isinstance(value, Mapping):
            _add_mapping(section, spreads, value, inner)
        elif _is_list_of_records(value):
            section.tables.append(_table_of_records(value, inner))
        elif value is not None and value != []:
            section.facts.append((label(inner), _cell(name, value).text))


def _add_mapping(section: Section, spreads: list[tuple[Cell, ...]], value: Mapping[str, Any], way: str) -> None:
    title = label(way)
    if "histogram" in value:
        spreads.append((Cell(title), *(_cell(key, value.get(key)) for key in _SPREAD_KEYS)))
        section.charts.append((title, tuple(Bin(**part) for part in value["histogram"])))
    elif value.keys() == {"n_rows", "lines"}:
        section.facts.append((title, _rows_with_lines(value)))
    elif way.rpartition(".")[2] in _COUNTS:
        section.tables += [_table_of_counts(title, value)] if value else []
    else:
        _add(section, spreads, value, way)


def _is_list_of_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(record, Mapping) for record in value)


def _table_of_counts(title: str, counts: Mapping[str, int]) -> Table:
    total = sum(counts.values())
    rows = [
        (Cell(name), _cell("", count), Cell(share_text(count / total) if total else "", is_number=True))
        for name, count in list(counts.items())[:_MOST_COUNTED]
    ]
    left_out = len(counts) - len(rows)
    return Table(f"{title}, the first {_MOST_COUNTED}" if left_out else title, ("", "count", "share"), tuple(rows))


def _table_of_records(records: Sequence[Mapping[str, Any]], way: str) -> Table:
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = tuple(tuple(_cell(name, record.get(name)) for name in names) for record in records)
    return Table(label(way), tuple(label(f"{way}.{name}") for name in names), rows)


def _rows_with_lines(value: Mapping[str, Any]) -> str:
    if not value["n_rows"]:
        return "none"
    return f"{value['n_rows']:,}: {lines_text(value['lines'], value['n_rows'])}"


def lines_text(lines: Sequence[int], n_all: int) -> str:
    """Give `lines 3, 17, …`."""
    shown = ", ".join(map(str, lines[:_MOST_LISTED]))
    more = ", …" if n_all > len(lines[:_MOST_LISTED]) else ""
    return f"{'line' if n_all == 1 else 'lines'} {shown}{more}"


def _cell(name: str, value: Any) -> Cell:
    """Give a value as its name asks for: bytes, seconds and shares in words."""
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int | float):
        return Cell(_number(name, value), is_number=True)
    if isinstance(value, list):
        shown = ", ".join(str(each) for each in value[:_MOST_LISTED])
        return Cell(f"{shown}, …" if len(value) > _MOST_LISTED else shown)
    return Cell(str(value))


def _number(name: str, value: float) -> str:
    if name.endswith("bytes"):
        return size_text(value)
    if name.endswith("seconds") and "per" not in name:
        return duration_text(value)
    if name.endswith("share"):
        return share_text(value)
    if name.startswith("usd"):
        return f"${value:,.2f}"
    if "similarity" in name:
        return f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
