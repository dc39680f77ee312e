"""How a route gets what its caller's project can see and do."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from tuneport.config import DEFAULT_PROJECT
from tuneport.workspace import Project, Workspace


def _project_of(request: Request) -> Project:
    workspace: Workspace = request.app.state.workspace
    return workspace.project(DEFAULT_PROJECT)


ProjectDependency = Annotated[Project, Depends(_project_of)]
