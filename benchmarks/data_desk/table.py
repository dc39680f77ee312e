"""`python -m benchmarks data`: the check of public sets beside a parser, and the whole data desk on one of them."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.data_desk.compare import compare_data_desk
from benchmarks.data_desk.structural_check import compare_check
from benchmarks.json_report import say

SHARED = Path(__file__).parents[3] / "shared/data"
SETS = {
    "banking77": "banking77/train.chat.jsonl",
    "snips": "snips_nlu/train.chat.jsonl",
    "scitldr": "scitldr_a/train.chat.jsonl",
    "sgd": "sgd_tool_dialogues/train.chat.jsonl",
    "bfcl": "bfcl_v4/shared.chat.jsonl",
    "text2sql_advising": "text2sql_advising/dev.chat.jsonl",
}


def main() -> None:
    print("| set | rows | bytes a row | speed over orjson alone | speed over the cookbook's method |")
    print("|---|---|---|---|---|")
    for name, file in SETS.items():
        source = SHARED / file
        if not source.exists():
            print(f"not here: {source.name}")
            continue
        found = compare_check(source)
        print(
            f"| {name} | {found['rows']} | {found['megabytes'] * 1e6 / found['rows']:.0f} "
            f"| {found['speed_over_orjson']:.2f} | {found['speed_over_cookbook']:.1f} |"
        )
    source = SHARED / SETS["scitldr"]
    if source.exists():
        report = compare_data_desk(source, say, n_rows=100_000, gigabytes=1)
        print(json.dumps(report, indent=2))
