"""The route of embeddings."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request

from tuneport.api.embeddings.answer import embeddings
from tuneport.api.embeddings.wire import EmbeddingsObject, EmbeddingsRequest
from tuneport.api.json_route import JsonRoute
from tuneport.api.presence import while_present
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/v1/embeddings", tags=["embeddings"], route_class=JsonRoute)


@router.post("")
async def create_embeddings(request: Request, project: ProjectDependency, body: EmbeddingsRequest) -> EmbeddingsObject:
    return await while_present(request, partial(embeddings, project, body))
