"""`tuneport webhooks`: addresses that are told when a job or a batch has ended."""

from __future__ import annotations

from typing import Annotated

import typer

from tuneport.cli.options import AsJson, Endpoint
from tuneport.cli.plain_errors import plain_errors

NEEDS = "webhooks"
ALL_EVENTS = (
    "fine_tuning.job.succeeded",
    "fine_tuning.job.failed",
    "fine_tuning.job.cancelled",
    "batch.completed",
    "batch.failed",
    "batch.cancelled",
    "batch.expired",
)

webhooks = typer.Typer(no_args_is_help=True, help="Create, list, test and delete webhooks.")

WebhookId = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Id of the webhook, `we_…`.")]


@webhooks.command("create")
@plain_errors
def create_webhook(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Address that is sent a POST; one on this network is fine.")
    ],
    event: Annotated[
        list[str] | None,
        typer.Option(help="Event to be told of, such as `batch.completed`; may be repeated. All if not."),
    ] = None,
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Make a webhook and show its secret, this once."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        body = {"url": url, "event_types": event or list(ALL_EVENTS), "name": name}
        webhook = client.post("tuneport/webhooks", body)
    if as_json:
        screen.document(webhook)
        return
    typer.echo(f"Webhook {webhook['id']}; its secret is shown this once, and verifies what it sends:", err=True)
    screen.say(webhook["signing_secret"])


@webhooks.command("list")
@plain_errors
def list_webhooks(as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """List the webhooks, newest first."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        found = client.get("tuneport/webhooks", limit=1000)["data"]
    if as_json:
        screen.document({"webhooks": found})
    else:
        rows = [(webhook["id"], webhook["url"], ", ".join(webhook["event_types"])) for webhook in found]
        screen.table(("webhook", "address", "events"), rows)


@webhooks.command("test")
@plain_errors
def send_test(
    webhook_id: WebhookId,
    event: Annotated[str, typer.Option(help="Event to pretend.")] = ALL_EVENTS[0],
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Send a made-up event now, and show what the address answers."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        answer = client.post(f"tuneport/webhooks/{webhook_id}/test", {"event_type": event})
    if as_json:
        screen.document(answer)
    else:
        screen.say(f"{webhook_id} answered {answer['status_code']}.")


@webhooks.command("delete")
@plain_errors
def delete_webhook(webhook_id: WebhookId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Delete a webhook; what it was still to be told is dropped."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        answer = client.delete(f"tuneport/webhooks/{webhook_id}")
    if as_json:
        screen.document(answer)
    else:
        screen.say(f"{webhook_id} is deleted.")
