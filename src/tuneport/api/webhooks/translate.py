"""Between webhooks of the workspace and webhooks on the wire."""

from __future__ import annotations

from tuneport.api.page_query import page_ends
from tuneport.api.webhooks.wire import NewWebhookObject, WebhookList, WebhookObject
from tuneport.workspace import Page, Webhook


def webhook_object(webhook: Webhook) -> WebhookObject:
    return WebhookObject(
        id=webhook.id,
        created_at=webhook.created_at,
        name=webhook.name,
        url=webhook.url,
        event_types=list(webhook.event_types),
        signing_secret_hint=webhook.secret_hint,
    )


def new_webhook_object(webhook: Webhook, secret: str) -> NewWebhookObject:
    return NewWebhookObject(**webhook_object(webhook).model_dump(), signing_secret=secret)


def webhook_list(page: Page[Webhook]) -> WebhookList:
    first_id, last_id = page_ends(page, lambda webhook: webhook.id)
    data = [webhook_object(webhook) for webhook in page.items]
    return WebhookList(data=data, first_id=first_id, last_id=last_id, has_more=page.has_more)
