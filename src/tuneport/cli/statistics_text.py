"""What a file is made of, in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuneport.cli.human_numbers import plural, share_text
from tuneport.cli.screen import Screen

BAR_WIDTH = 40
_SPREADS = (("turns", "messages a row"), ("tokens", "tokens a row"), ("trained_tokens", "trained tokens a row"))
_MOST_NAMES = 20
_REFUSALS_SHOWN = 3


def show_statistics(screen: Screen, path: Path, statistics: dict[str, Any]) -> None:
    """Show the server's statistics of a file: spreads, histogram, what rows share, and what they are about."""
    screen.say(
        f"{path}: {plural(statistics['n_rows'], 'row')}, {statistics['tokens_per_epoch']:,} tokens an epoch, "
        f"{statistics['trained_tokens_per_epoch']:,} of them trained, as {statistics['model']} reads them",
        style="bold",
    )
    screen.say(statistics["size"])
    _show_spreads(screen, statistics)
    _show_rows_to_look_at(screen, statistics)
    _show_sharing(screen, statistics)
    _show_counts(screen, "Rows by last answer", statistics["classes"])
    _show_tools(screen, statistics["tools"])
    _show_languages(screen, statistics["languages"])
    _show_cookbook(screen, statistics["cookbook"])


def histogram_lines(histogram: list[dict[str, int]]) -> list[str]:
    """Give a line for each bin, with a bar as long as its share of the fullest one."""
    labels = [f"{part['first']:,} to {part['last']:,}" for part in histogram]
    width = max(map(len, labels))
    most = max(part["n_rows"] for part in histogram)
    bars = ["█" * -(-part["n_rows"] * BAR_WIDTH // most) for part in histogram]
    return [
        f"  {label:>{width}}  {bar:<{BAR_WIDTH}}  {part['n_rows']:,}"
        for label, bar, part in zip(labels, bars, histogram, strict=True)
    ]


def _show_spreads(screen: Screen, statistics: dict[str, Any]) -> None:
    found = [(title, statistics[name]) for name, title in _SPREADS if statistics[name]]
    if not found:
        return
    keys = ("min", "p5", "p50", "mean", "p95", "max")
    screen.say()
    screen.table(("", *keys), [(title, *(f"{spread[key]:,.0f}" for key in keys)) for title, spread in found])
    screen.say()
    screen.say("Rows by tokens", style="bold")
    for line in histogram_lines(statistics["tokens"]["histogram"]):
        screen.say(line)


def _show_rows_to_look_at(screen: Screen, statistics: dict[str, Any]) -> None:
    limit = f"{statistics['longest_row_tokens']:,} tokens"
    screen.say()
    _show_lines(screen, statistics["refused"], "with errors, not counted here (see `tuneport data check`)")
    _show_template_refusals(screen, statistics["refused_by_template"])
    _show_lines(screen, statistics["without_loss"], "that teach nothing, left out by a job")
    _show_lines(screen, statistics["cut"], f"longer than {limit}, cut at the end")
    if not statistics["cut"]["n_rows"]:
        screen.say(f"No row is longer than {limit}, the model's limit.")


def _show_template_refusals(screen: Screen, found: dict[str, Any]) -> None:
    if not found["n_rows"]:
        return
    rows = plural(found["n_rows"], "row")
    screen.say(f"{rows} that the model's template refuses, not counted here; a job fails at the first:", style="red")
    for row in found["rows"][:_REFUSALS_SHOWN]:
        screen.say(f"  {row['reason']}", style="red")


def _show_lines(screen: Screen, found: dict[str, Any], what: str) -> None:
    if found["n_rows"]:
        more = ", …" if found["n_rows"] > len(found["lines"]) else ""
        where = f"{'line' if found['n_rows'] == 1 else 'lines'} {', '.join(map(str, found['lines']))}{more}"
        screen.say(f"{plural(found['n_rows'], 'row')} {what}: {where}", style="yellow")


def _show_sharing(screen: Screen, statistics: dict[str, Any]) -> None:
    sharing = statistics["sharing"]
    if sharing is None:
        return
    to_compute, tokens = statistics["tokens_to_compute_per_epoch"], statistics["tokens_per_epoch"]
    looked_at = "" if sharing["is_of_all_rows"] else f", estimated on {plural(sharing['n_rows'], 'row')}"
    screen.say(
        f"Rows share what they begin with: {to_compute:,} tokens to compute an epoch "
        f"({share_text(to_compute / tokens)}) in batches of {sharing['batch_size']}{looked_at}; "
        f"{share_text(sharing['tokens_in_one_batch'] / sharing['tokens'])} were the file one batch."
    )


def _show_tools(screen: Screen, tools: dict[str, Any] | None) -> None:
    if tools is None:
        return
    _show_counts(screen, f"Calls by tool, in {plural(tools['n_rows_with_calls'], 'row')}", tools["calls"])
    if tools["never_called"]:
        screen.say(f"Declared and never called: {', '.join(tools['never_called'][:_MOST_NAMES])}", style="yellow")


def _show_counts(screen: Screen, title: str, counts: Mapping[str, int] | None) -> None:
    if not counts:
        return
    total = sum(counts.values())
    shown = list(counts.items())[:_MOST_NAMES]
    screen.say()
    screen.table((title, "", ""), [(name, f"{count:,}", share_text(count / total)) for name, count in shown])
    if len(counts) > len(shown):
        screen.say(f"and {len(counts) - len(shown):,} more")


def _show_languages(screen: Screen, languages: dict[str, Any]) -> None:
    n_rows = languages["n_rows"]
    if not n_rows:
        return
    shares = [f"{name} {share_text(count / n_rows)}" for name, count in languages["rows_by_language"].items()]
    if languages["n_unknown"]:
        shares.append(f"unsure {share_text(languages['n_unknown'] / n_rows)}")
    screen.say()
    screen.say(f"Languages, guessed on {plural(n_rows, 'row')}: {', '.join(shares)}")


def _show_cookbook(screen: Screen, cookbook: dict[str, Any]) -> None:
    if "unavailable" in cookbook:
        screen.say(cookbook["unavailable"])
        return
    screen.say()
    screen.say(
        f"By OpenAI's cookbook ({cookbook['encoding']}): {cookbook['tokens']['total']:,} tokens, "
        f"{plural(cookbook['n_epochs'], 'epoch')}, billed by the longest row that a model takes:"
    )
    keys = ("longest_row_tokens", "n_rows_cut", "tokens_per_epoch", "tokens")
    bills = [tuple(f"{bill[key]:,}" for key in keys) for bill in cookbook["billing"]]
    screen.table(("longest row", "rows cut", "billed an epoch", "billed in all"), bills)
