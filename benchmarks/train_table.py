"""`python -m benchmarks train --out FOLDER`: the comparison with TRL over public data sets, as a table and as curves.

A set whose result lies in the folder is not run again.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.against_trl.compare import compare_with_trl
from benchmarks.json_report import say
from benchmarks.loss_curves import draw_curves

SHARED = Path(__file__).parents[2] / "shared/data"
BATCH_SIZE = 16


@dataclass(frozen=True)
class DataSet:
    name: str
    file: str
    rows: int
    """256, or what TRL trains within five minutes or so at some 150 tokens a second, its trials of layouts beside."""
    method: Literal["supervised", "dpo"] = "supervised"


DATA_SETS = (
    DataSet("banking77", "banking77/train.chat.jsonl", 128),
    DataSet("snips", "snips_nlu/train.chat.jsonl", 128),
    DataSet("scitldr", "scitldr_a/train.chat.jsonl", 64),
    DataSet("bfcl", "bfcl_v4/shared.chat.jsonl", 48),
    DataSet("sgd", "sgd_tool_dialogues/train.chat.jsonl", 32),
    DataSet("pandalm", "pandalm_human_pref/preference.train.jsonl", 32, "dpo"),
    DataSet("text2sql_advising", "text2sql_advising/dev.chat.jsonl", 32),
    DataSet("drone", "openai_cookbook/drone_training.jsonl", 32),
)

_HEAD = """| set | method | rows | tokens in rows | TRL computes | Tuneport computes | TRL, s | Tuneport, s | speed-up \
| over a padded batch | memory ratio | gradient error | loss difference | out of memory at |
|---|---|---|---|---|---|---|---|---|---|---|---|---|"""


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    reports = {data_set.name: report for data_set in DATA_SETS if (report := _report(data_set, out)) is not None}
    print(_HEAD)
    for name, report in reports.items():
        print(_row(name, report))
    speedups = [r["speedup"] for r in reports.values() if r["method"] == "supervised" and r["speedup"] is not None]
    if speedups:
        mean = math.exp(sum(map(math.log, speedups)) / len(speedups))
        print(f"\nGeometric mean of the speed-ups of {len(speedups)} supervised sets: {mean:.2f}")
    curves = {
        name: (report["theirs"]["losses"], report["ours"]["losses"])
        for name, report in reports.items()
        if report["speedup"] is not None
    }
    (out / "losses.svg").write_text(draw_curves(curves, ("TRL", "Tuneport")))


def _report(data_set: DataSet, out: Path) -> dict[str, Any] | None:
    """Give the set's result, from the folder or from a comparison made now; `None` if its data is not here."""
    file = out / f"{data_set.name}.json"
    if not file.exists():
        source = SHARED / data_set.file
        if not source.exists():
            print(f"not here: {source.name}")
            return None
        found = compare_with_trl(source, say, method=data_set.method, n_rows=data_set.rows, batch_size=BATCH_SIZE)
        file.write_text(json.dumps(found, indent=2) + "\n")
    report: dict[str, Any] = json.loads(file.read_bytes())
    return report


def _over_padded_batch(report: dict[str, Any]) -> str:
    """Give the speed-up over TRL's whole batch at once, padded; "-" where that does not fit into memory.

    From one step of each of TRL's layouts, since only its fastest one trains all of them.
    """
    seconds = {(each["rows_at_once"], each["is_padding_free"]): each["seconds"] for each in report["theirs_trials"]}
    fastest = report["theirs_layout"]
    padded = seconds.get((BATCH_SIZE, False))
    if padded is None:
        return "-"
    return f"{report['speedup'] * padded / seconds[fastest['rows_at_once'], fastest['is_padding_free']]:.2f}"


def _row(name: str, report: dict[str, Any]) -> str:
    failed = ", ".join(map(str, report["theirs_out_of_memory_at"])) or "-"
    ours = report["ours"]
    if report["speedup"] is None:
        return (
            f"| {name} | {report['method']} | {report['rows']} | {ours['tokens_in_rows']} | - "
            f"| {ours['tokens_computed']} | - | {ours['seconds']:.1f} | - | - | - | - | - | {failed} |"
        )
    return (
        f"| {name} | {report['method']} | {report['rows']} | {report['tokens_in_rows']} | {report['tokens_padded']} "
        f"| {report['tokens_computed']} | {report['theirs']['seconds']:.1f} | {ours['seconds']:.1f} "
        f"| {report['speedup']:.2f} | {_over_padded_batch(report)} "
        f"| {report['peak_memory_ratio']:.2f} | {report['gradient_relative_error']:.1e} "
        f"| {report['loss_difference']:.1e} | {failed} |"
    )
