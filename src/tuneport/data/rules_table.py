"""`python -m tuneport.data.rules_table`: the table of `docs/data-checks.md`, from the rules themselves."""

from __future__ import annotations

import sys

from tuneport.data.rules import RULES


def rules_table() -> str:
    """Give a Markdown table of every check: code, when it speaks, how grave it is, what to do, the cookbook's name."""
    rows = [
        f"| `{code}` | {_cell(rule.when)} | {rule.severity} | {_cell(rule.allowed)} | {_name(rule.cookbook_name)} |"
        for code, rule in RULES.items()
    ]
    return "\n".join(["| code | when | | what to do | in OpenAI's cookbook |", "|---|---|---|---|---|", *rows]) + "\n"


def _name(cookbook_name: str | None) -> str:
    return f"`{cookbook_name}`" if cookbook_name else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(rules_table())
