"""`/v1/tuneport/webhooks`, and `/v1/webhook_endpoints` where OpenAI's newer clients look for the same."""

from tuneport.api.webhooks.routes import router

PREFIXES = ("/v1/tuneport/webhooks", "/v1/webhook_endpoints")

__all__ = ["PREFIXES", "router"]
