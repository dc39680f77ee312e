"""`tuneport costs`: what the jobs cost by the owner's prices."""

from __future__ import annotations

from typing import Annotated

import typer

from tuneport.cli.options import AsJson, Endpoint


def costs(
    limit: Annotated[int, typer.Option(help="Jobs to show, the newest first.", min=1, max=1000)] = 20,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Show what jobs cost by the hour, by the token and in electricity, at the prices in the server's settings."""
    from tuneport.cli.connection import connect
    from tuneport.cli.cost_text import show_costs
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="the cost sheet") as client:
        sheet = client.get("tuneport/costs", limit=limit)
    if as_json:
        screen.document(sheet)
    else:
        show_costs(screen, sheet)
