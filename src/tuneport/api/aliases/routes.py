"""The routes of aliases. They hold for the whole server, so only an admin key changes them."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.aliases.wire import AliasList, AliasObject, CreateAliasRequest, DeletedAlias
from tuneport.api.project_dependency import ADMIN_ONLY, ProjectDependency

router = APIRouter(prefix="/v1/tuneport/aliases", tags=["tuneport"])


@router.get("")
def list_aliases(project: ProjectDependency) -> AliasList:
    return AliasList(data=[AliasObject(alias=alias, model=model) for alias, model in project.models.aliases().items()])


@router.post("", dependencies=[ADMIN_ONLY])
def create_alias(project: ProjectDependency, body: CreateAliasRequest) -> AliasObject:
    return AliasObject(alias=body.alias, model=project.models.add_alias(body.alias, body.model))


@router.delete("/{alias}", dependencies=[ADMIN_ONLY])
def delete_alias(project: ProjectDependency, alias: str) -> DeletedAlias:
    project.models.remove_alias(alias)
    return DeletedAlias(alias=alias)
