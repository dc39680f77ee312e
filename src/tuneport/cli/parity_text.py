"""Whether a model says the same wherever it runs, in sentences."""

from __future__ import annotations

from typing import Any


def parity_line(where: str, parity: dict[str, Any]) -> str:
    """Give `engine: as trained (38 tokens of 6 prompts, log-probabilities within 3.1e-06 nats; 0.001 allowed)`."""
    verdict = "as trained" if parity["is_equal"] else f"not as trained: {parity['difference']}"
    return (
        f"{where}: {verdict} ({parity['n_tokens']} tokens of {parity['n_prompts']} prompts, log-probabilities within "
        f"{parity['largest_difference']:.1e} nats; {parity['tolerance']:g} allowed)"
    )


def parity_lines(model: dict[str, Any]) -> list[str]:
    """Give a line for each place where a model of the wire was compared."""
    verdicts: dict[str, dict[str, Any]] = (model.get("tuneport") or {}).get("parity") or {}
    return [parity_line(where, parity) for where, parity in verdicts.items()]
