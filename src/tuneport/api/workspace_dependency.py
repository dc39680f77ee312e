"""How a route gets the workspace."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from tuneport.workspace import Workspace


def _workspace_of(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


WorkspaceDependency = Annotated[Workspace, Depends(_workspace_of)]
