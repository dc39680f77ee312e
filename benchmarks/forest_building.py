"""How long the forest of a large step takes to build."""

from __future__ import annotations

import time

import numpy as np

from tuneport.tokens import TokenizedRow, build_forest

ROWS, TOKENS, REPEATS = 256, 1500, 10
VOCABULARY = 49_152
ANSWER_TOKENS = 50
LIMIT_MS = 50


def main() -> None:
    print(f"| {ROWS} rows of {TOKENS} tokens | nodes | ms, best of {REPEATS} | allowed |\n|---|---|---|---|")
    for name, shared in (("nothing shared", 0), (f"{TOKENS - 100} shared", TOKENS - 100)):
        rows = _rows(shared)
        best = min(_milliseconds(rows) for _ in range(REPEATS))
        print(f"| {name} | {build_forest(rows).n_nodes} | {best:.1f} | {LIMIT_MS} |")


def _rows(shared: int) -> list[TokenizedRow]:
    """Rows with the same first `shared` tokens, in no order; the last tokens of each carry loss."""
    random = np.random.default_rng(0)
    ids_RT = random.integers(0, VOCABULARY, (ROWS, TOKENS), dtype=np.int32)
    ids_RT[:, :shared] = ids_RT[0, :shared]
    weights_T = np.zeros(TOKENS, np.float32)
    weights_T[-ANSWER_TOKENS:] = 1
    return [TokenizedRow(line, ids, weights_T, is_cut=False) for line, ids in enumerate(ids_RT, start=1)]


def _milliseconds(rows: list[TokenizedRow]) -> float:
    started = time.perf_counter()
    build_forest(rows)
    return (time.perf_counter() - started) * 1000
