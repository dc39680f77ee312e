"""`/v1/tuneport/deployments`: the short form of Azure's management."""

from tuneport.api.deployments.routes import router

__all__ = ["router"]
