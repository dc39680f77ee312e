"""The routes of batches."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.batches.translate import batch_list, batch_object, batch_request
from tuneport.api.batches.wire import BatchList, BatchObject, CreateBatchRequest
from tuneport.api.json_route import JsonRoute
from tuneport.api.page_query import PageQuery
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/v1/batches", tags=["batches"], route_class=JsonRoute)


@router.post("")
def create_batch(project: ProjectDependency, body: CreateBatchRequest) -> BatchObject:
    return batch_object(project.batches.create(batch_request(body)))


@router.get("")
def list_batches(project: ProjectDependency, page: PageQuery) -> BatchList:
    return batch_list(project.batches.list(page))


@router.get("/{batch_id}")
def retrieve_batch(project: ProjectDependency, batch_id: str) -> BatchObject:
    return batch_object(project.batches.find(batch_id))


@router.post("/{batch_id}/cancel")
def cancel_batch(project: ProjectDependency, batch_id: str) -> BatchObject:
    return batch_object(project.batches.cancel(batch_id))
