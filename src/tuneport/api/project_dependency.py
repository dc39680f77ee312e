"""How a route gets what its caller's project can see and do, and how a route asks for more than a usual key.

None of these waits for anything, so they are coroutines: a plain function would take a trip through a thread each time.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from tuneport.api.access import caller_of
from tuneport.config import DEFAULT_PROJECT
from tuneport.workspace import Project, Workspace


async def _workspace_of(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


async def _project_of(request: Request) -> Project:
    caller = caller_of(request.scope)
    workspace: Workspace = request.app.state.workspace
    return workspace.project(caller.project_id if caller else DEFAULT_PROJECT)


async def _require_admin(request: Request) -> None:
    caller = caller_of(request.scope)
    if caller is not None:
        caller.require("admin", f"{request.method} {request.url.path}")


ProjectDependency = Annotated[Project, Depends(_project_of)]
WorkspaceDependency = Annotated[Workspace, Depends(_workspace_of)]
"""Of routes for the whole server; they ask for an admin key."""
ADMIN_ONLY = Depends(_require_admin)
"""For `dependencies=` of a route or router: keys of a lesser scope are answered 403."""
