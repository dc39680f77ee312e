"""Answers under a deployment's name, which is in the path; the rest is OpenAI's."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tuneport.api.azure.api_version import ApiVersion
from tuneport.api.azure.errors import AZURE_ERRORS
from tuneport.api.azure.inference.wire import DeployedChatRequest, DeployedEmbeddingsRequest, DeployedTextRequest
from tuneport.api.azure.names import own_model_name
from tuneport.api.chat.routes import create_completion
from tuneport.api.chat.wire import CompletionObject
from tuneport.api.completions.routes import create_text_completion
from tuneport.api.completions.wire import TextCompletionObject
from tuneport.api.embeddings.routes import create_embeddings
from tuneport.api.embeddings.wire import EmbeddingsObject
from tuneport.api.project_dependency import ProjectDependency
from tuneport.workspace import Project

router = APIRouter(prefix="/openai/deployments/{deployment}", tags=["Azure: inference"], responses=AZURE_ERRORS)


@router.post("/chat/completions", response_model=CompletionObject)
async def create_deployed_completion(
    request: Request, project: ProjectDependency, deployment: str, body: DeployedChatRequest, api_version: ApiVersion
) -> Response | CompletionObject:
    return await create_completion(request, project, body.model_copy(update={"model": _name(project, deployment)}))


@router.post("/completions", response_model=TextCompletionObject)
async def create_deployed_text_completion(
    request: Request, project: ProjectDependency, deployment: str, body: DeployedTextRequest, api_version: ApiVersion
) -> Response | TextCompletionObject:
    return await create_text_completion(request, project, body.model_copy(update={"model": _name(project, deployment)}))


@router.post("/embeddings")
async def create_deployed_embeddings(
    request: Request,
    project: ProjectDependency,
    deployment: str,
    body: DeployedEmbeddingsRequest,
    api_version: ApiVersion,
) -> EmbeddingsObject:
    return await create_embeddings(request, project, body.model_copy(update={"model": _name(project, deployment)}))


def _name(project: Project, deployment: str) -> str:
    """A model that has no deployment answers under its own name, in Azure's spelling or in ours."""
    return own_model_name(deployment, organization=project.settings.organization)
