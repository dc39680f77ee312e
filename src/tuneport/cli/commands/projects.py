"""`tuneport projects`: groups of keys that cannot see each other's files, jobs and models."""

from __future__ import annotations

from typing import Annotated

import typer

from tuneport.cli.commands.keys import NEEDS
from tuneport.cli.options import AsJson, Endpoint
from tuneport.cli.plain_errors import plain_errors

projects = typer.Typer(
    no_args_is_help=True, help="Create, list and archive projects, which cannot see each other's work."
)


ProjectId = Annotated[
    str, typer.Argument(metavar="PROJECT_ID", help="Id of the project, `proj_…`, as the list has it.")
]


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
def list_projects(
    archived: Annotated[bool, typer.Option("--archived", help="Show those that are archived too.")] = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """List the projects, the oldest first."""
    from tuneport.cli.connection import connect
    from tuneport.cli.key_table import PROJECT_COLUMNS, project_row
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        found = client.get("tuneport/projects", include_archived=archived)["data"]
    if as_json:
        screen.document({"projects": found})
    else:
        screen.table(PROJECT_COLUMNS, [project_row(project) for project in found])


@projects.command("archive")
@plain_errors
def archive_project(project_id: ProjectId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Revoke the project's keys and remove its deployments; its files, jobs and models stay, and nobody sees them."""
    told = f"Project {project_id} is archived. `tuneport projects restore {project_id}` brings it back."
    _change(project_id, "archive", told, as_json=as_json, endpoint=endpoint)


@projects.command("restore")
@plain_errors
def restore_project(project_id: ProjectId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Let an archived project be worked in again, with new keys."""
    told = f"Project {project_id} is back. `tuneport keys create NAME --project {project_id}` makes a key."
    _change(project_id, "restore", told, as_json=as_json, endpoint=endpoint)


def _change(project_id: str, change: str, told: str, *, as_json: bool, endpoint: str | None) -> None:
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        project = client.post(f"tuneport/projects/{project_id}/{change}")
    if as_json:
        screen.document(project)
    else:
        screen.say(told)
