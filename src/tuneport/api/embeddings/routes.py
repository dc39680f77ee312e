"""The route of embeddings."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.embeddings.answer import embeddings
from tuneport.api.embeddings.wire import EmbeddingsObject, EmbeddingsRequest
from tuneport.api.json_route import JsonRoute
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/v1/embeddings", tags=["embeddings"], route_class=JsonRoute)


@router.post("")
def create_embeddings(project: ProjectDependency, body: EmbeddingsRequest) -> EmbeddingsObject:
    return embeddings(project, body)
