"""Webhooks as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

EventType = Literal[
    "fine_tuning.job.succeeded",
    "fine_tuning.job.failed",
    "fine_tuning.job.cancelled",
    "batch.completed",
    "batch.failed",
    "batch.cancelled",
    "batch.expired",
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CreateWebhookRequest(_Request):
    url: str
    event_types: Annotated[list[EventType], Field(min_length=1)]
    name: Annotated[str, Field(max_length=255)] = ""


class WebhookTestRequest(_Request):
    event_type: EventType


class WebhookObject(BaseModel):
    id: str
    object: Literal["webhook_endpoint"] = "webhook_endpoint"
    created_at: int
    name: str
    url: str
    event_types: list[str]
    signing_secret_hint: str


class NewWebhookObject(WebhookObject):
    signing_secret: str
    """Shown this once."""


class WebhookList(BaseModel):
    object: Literal["list"] = "list"
    data: list[WebhookObject]
    first_id: str
    last_id: str
    has_more: bool


class WebhookTest(BaseModel):
    object: Literal["webhook_endpoint.test"] = "webhook_endpoint.test"
    event_type: str
    status_code: int
    success: Literal[True] = True
    """The address has answered; how is in `status_code`."""
    webhook_endpoint_id: str


class DeletedWebhook(BaseModel):
    id: str
    object: Literal["webhook_endpoint.deleted"] = "webhook_endpoint.deleted"
    deleted: Literal[True] = True
