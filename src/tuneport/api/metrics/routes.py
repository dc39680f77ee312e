"""The route that Prometheus reads."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from tuneport.api.project_dependency import ADMIN_ONLY, WorkspaceDependency

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(tags=["tuneport"], dependencies=[ADMIN_ONLY])


@router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE: {}}}})
def read_metrics(workspace: WorkspaceDependency) -> Response:
    """Tuneport's own: requests, tokens, times, engines and jobs of the whole server, in Prometheus' text format."""
    return Response(workspace.metrics.text(), media_type=CONTENT_TYPE)
