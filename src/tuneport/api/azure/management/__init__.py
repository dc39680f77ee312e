"""`/subscriptions/…/deployments`: Azure's management of deployments."""

from tuneport.api.azure.management.routes import router

__all__ = ["router"]
