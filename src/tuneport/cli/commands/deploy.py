"""`tuneport deploy`: names of one's own under which models answer."""

from __future__ import annotations

from typing import Annotated

import typer

from tuneport.cli.options import AsJson, Endpoint
from tuneport.cli.plain_errors import plain_errors

NEEDS = "deployments"

deploy = typer.Typer(
    no_args_is_help=True, help="Create, list, show and delete deployments: names that models answer to."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the deployment.")]


@deploy.command("create")
@plain_errors
def create_deployment(
    name: Name,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A base model, a tuned one or a checkpoint.")],
    sku: Annotated[
        str, typer.Option(help="`developertier` ends by itself after a day; others are alike.")
    ] = "standard",
    pinned: Annotated[bool, typer.Option("--pinned", help="Keep it in memory, also while nobody asks.")] = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Let a model answer under a name of your own."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        deployment = client.post("tuneport/deployments", {"name": name, "model": model, "sku": sku, "pinned": pinned})
    if as_json:
        screen.document(deployment)
    else:
        screen.say(f"{deployment['model']} answers as {name} now. Try it: tuneport chat {name}")


@deploy.command("list")
@plain_errors
def list_deployments(as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """List the deployments, newest first."""
    from tuneport.cli.connection import connect
    from tuneport.cli.model_table import DEPLOYMENT_COLUMNS, deployment_row
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        found = client.get("tuneport/deployments")["data"]
    if as_json:
        screen.document({"deployments": found})
    elif not found:
        screen.say("There are no deployments. `tuneport deploy create NAME MODEL` makes one.")
    else:
        screen.table(DEPLOYMENT_COLUMNS, [deployment_row(deployment) for deployment in found])


@deploy.command("show")
@plain_errors
def show_deployment(name: Name, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Show which model answers, and until when."""
    from tuneport.cli.connection import connect
    from tuneport.cli.model_table import DEPLOYMENT_COLUMNS, deployment_row
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        deployment = client.get(f"tuneport/deployments/{name}")
    if as_json:
        screen.document(deployment)
        return
    for column, value in zip(DEPLOYMENT_COLUMNS, deployment_row(deployment), strict=True):
        screen.say(f"{column}: {value}")


@deploy.command("delete")
@plain_errors
def delete_deployment(name: Name, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Delete the name; the model stays."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        answer = client.delete(f"tuneport/deployments/{name}")
    if as_json:
        screen.document(answer)
    else:
        screen.say(f"The deployment {name} is deleted; its model stays.")
