"""`tuneport doctor`: what the server's machine can do."""

from __future__ import annotations

from tuneport.cli.options import AsJson, Endpoint


def doctor(as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Show the machine, the versions, and which models can be trained here."""
    from tuneport.cli.connection import connect
    from tuneport.cli.machine_text import facts_text, fit_rows
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="facts about its machine") as client:
        machine = client.get("tuneport/machine")
    if as_json:
        screen.document(machine)
        return
    screen.say(facts_text(machine))
    screen.say()
    screen.table(("base model", "on disk", "method", "memory", "fits here"), fit_rows(machine))
