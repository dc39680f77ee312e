"""What a job on a file would take, in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.human_numbers import count_text, duration_text, plural, size_text
from tuneport.cli.screen import Screen


def show_estimate(screen: Screen, path: Path, estimate: dict[str, Any]) -> None:
    """Show the server's estimate: tokens, what they take here, and what they would cost elsewhere."""
    tokens, trained, to_compute = (
        count_text(estimate[key]) for key in ("tokens", "trained_tokens", "tokens_to_compute")
    )
    screen.say(
        f"{path}: {plural(estimate['n_epochs'], 'epoch')} of {plural(estimate['n_rows'], 'row')} are {tokens} tokens "
        f"for {estimate['model']}, {trained} of them trained; {to_compute} need computing, as rows share what they "
        "begin with.",
        style="bold",
    )
    if estimate["refused"]:
        rows = plural(estimate["refused"], "row")
        screen.say(f"Not counted: {rows} that a job would refuse (see `tuneport data stats`).", style="red")
    screen.say(f"Epochs: {estimate['why_n_epochs']}. Batch: {estimate['batch_size']}.")
    screen.say()
    for line in _here_lines(estimate["here"]):
        screen.say(line)
    screen.say()
    _show_prices(screen, estimate["elsewhere"])


def _here_lines(here: dict[str, Any]) -> list[str]:
    seconds, memory, disk = here["seconds"], here["peak_memory_bytes"], here["checkpoint_bytes"]
    return [
        f"Time here:   {'unknown' if seconds is None else duration_text(seconds)} (from {here['based_on']})",
        f"Memory here: {size_text(memory) if memory else 'unknown'} of {size_text(here['memory_bytes'])} "
        f"(from {here['memory_based_on']})",
        f"Disk here:   {'unknown' if disk is None else size_text(disk)} of {size_text(here['free_disk_bytes'])} free, "
        "for an adapter's checkpoints",
    ]


def _show_prices(screen: Screen, elsewhere: dict[str, Any]) -> None:
    header = ("elsewhere", "model", "$ a million tokens", "billed tokens", "price", "hosting")
    screen.table(header, [_price_row(price) for price in elsewhere["prices"]])
    screen.say(f"Prices of {elsewhere['date']}: {elsewhere['source']}. Tokens by {elsewhere['counted_with']}.")
    others = [
        f"{price['model']} ({price['encoding']})"
        for price in elsewhere["prices"]
        if price["encoding"] not in (None, elsewhere["counted_with"])
    ]
    if others:
        screen.say(f"Billed by another tokenizer, which is not here, so not exact: {', '.join(others)}.")


def _price_row(price: dict[str, Any]) -> tuple[str, ...]:
    hosting = price["hosting_usd_per_hour"]
    return (
        price["provider"],
        price["model"],
        f"{price['usd_per_million_tokens']:.2f}",
        f"{price['billed_tokens']:,}",
        f"${price['usd']:,.2f}",
        "" if hosting is None else f"${hosting:.2f} an hour",
    )
