"""BFCL's rows with a call required: every answer must parse and validate, tuned or not; and what tuning gives."""

from __future__ import annotations

import json
import random
from typing import Any

from benchmarks.held_answers.call_rows import BFCL, TABLE_HEAD, ask_all, table_row
from benchmarks.hosted_job import SEED, client_of_own_server, train_rows

BASE = "smollm2-135m-instruct"
N_TRAINED = 700
N_EPOCHS = 1
"""One takes a quarter of an hour on two cores."""
N_ASKED = 200


def required() -> None:
    """The base model on 200 rows: whatever it is worth, what it calls holds to the schemas."""
    rows = _rows()
    if rows is None:
        return
    with client_of_own_server() as client:
        print(TABLE_HEAD, flush=True)
        print(table_row(BASE, ask_all(client, BASE, _asked(rows))))


def tuned() -> None:
    """The same 200 rows before and after training on 700 others."""
    rows = _rows()
    if rows is None:
        return
    with client_of_own_server() as client:
        print(TABLE_HEAD, flush=True)
        print(table_row(BASE, ask_all(client, BASE, _asked(rows))), flush=True)
        job, _ = train_rows(client, [json.dumps(row) for row in rows[:N_TRAINED]], "bfcl", n_epochs=N_EPOCHS)
        print(table_row(f"tuned on {N_TRAINED}", ask_all(client, job.fine_tuned_model, _asked(rows))))


def _rows() -> list[dict[str, Any]] | None:
    if not BFCL.exists():
        print(f"not here: {BFCL.name}")
        return None
    rows = [json.loads(line) for line in BFCL.read_text(encoding="utf-8").splitlines()]
    random.Random(SEED).shuffle(rows)
    return rows


def _asked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return rows[N_TRAINED : N_TRAINED + N_ASKED]
