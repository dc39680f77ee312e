"""All that is known of a data file, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.human_numbers import plural, size_text
from tuneport.cli.pages.chart import BAR_WIDTH, lay_out_chart
from tuneport.cli.pages.page import write_page
from tuneport.cli.pages.quality_section import view_quality
from tuneport.cli.pages.sections import Section, view_section
from tuneport.cli.pages.token_spans import view_row_loss
from tuneport.cli.whole_report import PARTS, WholeReport


def write_report_page(path: Path, report: WholeReport) -> None:
    """Write the page to `path`. Raises `StorageFull`."""
    sections = _sections(report)
    write_page(
        path,
        "report.html.jinja",
        file_name=report.file.name,
        checks=_checks(report),
        sections=sections,
        charts={section.title: [lay_out_chart(*chart) for chart in section.charts] for section in sections},
        bar_width=BAR_WIDTH,
        left_out=report.left_out,
        rows=[view_row_loss(row) for row in report.rows],
    )


def _checks(report: WholeReport) -> list[dict[str, Any]]:
    found = [("", report.file, report.check)]
    if report.validation is not None and report.validation_check is not None:
        found.append(("Validation file", report.validation, report.validation_check))
    return [
        {
            "title": title,
            "file_name": path.name,
            "size": f"{plural(check['n_rows'], 'row')}, {size_text(check['n_bytes'])}, format {check['format']}",
            "problems": [_problem(problem, kind) for kind in ("error", "warning") for problem in check[f"{kind}s"]],
            "more": check["n_errors"] + check["n_warnings"] - len(check["errors"]) - len(check["warnings"]),
            "n_errors": check["n_errors"],
            "n_warnings": check["n_warnings"],
        }
        for title, path, check in found
    ]


def _problem(problem: dict[str, Any], severity: str) -> dict[str, Any]:
    return {
        "severity": severity,
        "line": problem["line"] or "",
        "code": problem["code"],
        "found": problem["found"],
        "advice": f"{problem['allowed']} {problem['hint']}".rstrip(),
    }


def _sections(report: WholeReport) -> list[Section]:
    found = [(name, report.parts[name]) for name in PARTS if name in report.parts]
    return [(view_quality if name == "quality" else view_section)(name, value) for name, value in found]
