"""The cost sheet in a terminal."""

from __future__ import annotations

from typing import Any

from tuneport.cli.model_table import time_text
from tuneport.cli.screen import Screen

COLUMNS = ("job", "created", "status", "hours", "tokens", "price", "electricity")


def show_costs(screen: Screen, sheet: dict[str, Any]) -> None:
    """Show a line a job, their sum, the prices, and what is not billed."""
    costs, prices = sheet["data"], sheet["prices"]
    screen.table(COLUMNS, [_row(cost) for cost in costs])
    screen.say()
    total = sum(cost["price"] for cost in costs)
    spent = [cost["electricity_price"] for cost in costs if cost["electricity_price"] is not None]
    electricity = f", and electricity for {sum(spent):,.2f}" if spent else ""
    screen.say(f"Together: {total:,.2f} {prices['currency']}{electricity}.", style="bold")
    screen.say(_prices_text(prices))
    screen.say(f"Not billed: {'; '.join(sheet['not_billed'])}.")


def _row(cost: dict[str, Any]) -> tuple[str, ...]:
    electricity = cost["electricity_price"]
    return (
        cost["job_id"],
        time_text(cost["created_at"]),
        cost["status"],
        f"{cost['hours']:.2f}",
        f"{cost['tokens']:,}",
        f"{cost['price']:,.2f}" if cost["is_billed"] else "not billed",
        "" if electricity is None else f"{electricity:,.2f}",
    )


def _prices_text(prices: dict[str, Any]) -> str:
    hour, million = prices["training_hour"], prices["million_training_tokens"]
    text = f"Prices: {hour:g} an hour of training, {million:g} a million tokens"
    if prices["training_watts"] is None or prices["kilowatt_hour"] is None:
        return f"{text}; electricity is not counted."
    return f"{text}; {prices['training_watts']:g} W while it trains, {prices['kilowatt_hour']:g} a kilowatt hour."
