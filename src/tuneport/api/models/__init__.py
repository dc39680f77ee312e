"""`/v1/models`."""

from tuneport.api.models.routes import router

__all__ = ["router"]
