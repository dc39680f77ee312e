"""`tuneport keys`: who may ask, and how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tuneport.cli.options import AsJson, Endpoint
from tuneport.cli.plain_errors import plain_errors

if TYPE_CHECKING:
    from tuneport.cli.screen import Screen

DEFAULT_PROJECT = "proj_default"
NEEDS = "keys and projects"

keys = typer.Typer(no_args_is_help=True, help="Create, list, rotate and revoke API keys.")

KeyScope = Annotated[
    Literal["read", "use", "admin"],
    typer.Option(help="`read` looks, `use` also makes and deletes, `admin` also rules over keys and base models."),
]


@keys.command("create")
@plain_errors
def create_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who or what will use it.")],
    project: Annotated[str, typer.Option(help="Project whose files, jobs and models it sees.")] = DEFAULT_PROJECT,
    scope: KeyScope = "use",
    expires_in: Annotated[
        str | None, typer.Option(metavar="TIME", help="`90m`, `12h` or `30d`; without it, it holds until revoked.")
    ] = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Make a key and show it, this once. From the first key on, requests of other programs need one."""
    from tuneport.cli.connection import connect
    from tuneport.cli.key_table import duration_seconds
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    seconds = duration_seconds(expires_in, option="--expires-in") if expires_in is not None else None
    body = {"name": name, "project_id": project, "scope": scope, "expires_in_seconds": seconds}
    with connect(endpoint, needs=NEEDS) as client:
        _show_once(screen, client.post("tuneport/keys", body), as_json=as_json)


@keys.command("rotate")
@plain_errors
def rotate_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="Id of the key, `key_…`, as the list has it.")],
    grace: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="`90m`, `12h` or `30d` that the old key holds on; without it, none."),
    ] = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Make a key of the same name, project and scope in place of this one, and show it, this once."""
    from tuneport.cli.connection import connect
    from tuneport.cli.key_table import duration_seconds
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    body = {"grace_seconds": duration_seconds(grace, option="--grace") if grace is not None else 0}
    with connect(endpoint, needs=NEEDS) as client:
        _show_once(screen, client.post(f"tuneport/keys/{key_id}/rotate", body), as_json=as_json)


@keys.command("list")
@plain_errors
def list_keys(as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """List the keys of all projects, newest first."""
    from tuneport.cli.connection import connect
    from tuneport.cli.key_table import KEY_COLUMNS, key_row
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        found = client.get("tuneport/keys", limit=1000)["data"]
    if as_json:
        screen.document({"keys": found})
    else:
        screen.table(KEY_COLUMNS, [key_row(key) for key in found])


@keys.command("revoke")
@plain_errors
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="Id of the key, `key_…`, as the list has it.")],
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Make a key hold no more, at once."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs=NEEDS) as client:
        key = client.post(f"tuneport/keys/{key_id}/revoke")
    if as_json:
        screen.document(key)
    else:
        screen.say(f"Key {key['id']} ({key['name']}) holds no more.")


def _show_once(screen: Screen, key: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.document(key)
        return
    typer.echo(f"Key {key['id']} is shown this once; keep it where you keep secrets:", err=True)
    screen.say(key["key"])
