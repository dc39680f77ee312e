"""`python -m tuneport.data.quality.rules_table`: the table of `docs/data-desk.md`, from the rules themselves."""

from __future__ import annotations

import sys

from tuneport.data.quality.rules import QUALITY_RULES


def quality_table() -> str:
    """Give a Markdown table of every finding: code, severity, what it means, what is counted."""
    rows = [f"| `{code}` | {rule.severity} | {rule.meaning} | {rule.count} |" for code, rule in QUALITY_RULES.items()]
    return "\n".join(["| code | | what it means | what is counted |", "|---|---|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(quality_table())
