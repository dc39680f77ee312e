"""The routes of webhooks. They make the server send requests, so only an admin key makes them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from tuneport.api.page_query import PageQuery
from tuneport.api.project_dependency import ADMIN_ONLY, ProjectDependency
from tuneport.api.webhooks.translate import new_webhook_object, webhook_list, webhook_object
from tuneport.api.webhooks.wire import (
    CreateWebhookRequest,
    DeletedWebhook,
    NewWebhookObject,
    WebhookList,
    WebhookObject,
    WebhookTest,
    WebhookTestRequest,
)

router = APIRouter(tags=["webhooks"], dependencies=[ADMIN_ONLY])


@router.post("")
def create_webhook(project: ProjectDependency, body: CreateWebhookRequest, response: Response) -> NewWebhookObject:
    # The answer holds a secret: nobody on the way, our own store of answers included, keeps it.
    response.headers["cache-control"] = "no-store"
    webhook, secret = project.webhooks.create(body.url, body.event_types, name=body.name)
    return new_webhook_object(webhook, secret)


@router.get("")
def list_webhooks(project: ProjectDependency, page: PageQuery) -> WebhookList:
    return webhook_list(project.webhooks.list(page))


@router.get("/{webhook_id}")
def retrieve_webhook(project: ProjectDependency, webhook_id: str) -> WebhookObject:
    return webhook_object(project.webhooks.find(webhook_id))


@router.delete("/{webhook_id}")
def delete_webhook(project: ProjectDependency, webhook_id: str) -> DeletedWebhook:
    project.webhooks.delete(webhook_id)
    return DeletedWebhook(id=webhook_id)


@router.post("/{webhook_id}/test")
def test_webhook(project: ProjectDependency, webhook_id: str, body: WebhookTestRequest) -> WebhookTest:
    status = project.webhooks.test(webhook_id, body.event_type)
    return WebhookTest(event_type=body.event_type, status_code=status, webhook_endpoint_id=webhook_id)
