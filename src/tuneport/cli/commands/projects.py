"""`tuneport projects`: groups of keys that cannot see each other's files, jobs and models."""

from __future__ import annotations

from typing import Annotated

import typer

from tuneport.cli.commands.keys import NEEDS
from tuneport.cli.options import AsJson, Endpoint
from tuneport.cli.plain_errors import plain_errors

projects = typer.Typer(no_args_is_help=True, help="Create and list projects, which cannot see each other's work.")


@projects.command("create")
@plain_errors
def create_project(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    project_id: Annotated[
        str | None, typer.Option("--id", help="An id to keep, such as that of a hosted project, `proj_…`.")
    ] = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Make a project, and show its id."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        project = client.post("tuneport/projects", {"name": name, "id": project_id})
    if as_json:
        screen.document(project)
    else:
        screen.say(project["id"])


@projects.command("list")
@plain_errors
def list_projects(as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """List the projects, the oldest first."""
    from tuneport.cli.connection import connect
    from tuneport.cli.key_table import project_row
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        found = client.get("tuneport/projects")["data"]
    if as_json:
        screen.document({"projects": found})
    else:
        screen.table(("project", "name", "created"), [project_row(project) for project in found])
