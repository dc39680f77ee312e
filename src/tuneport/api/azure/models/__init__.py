"""`/openai/models`."""

from tuneport.api.azure.models.routes import router

__all__ = ["router"]
