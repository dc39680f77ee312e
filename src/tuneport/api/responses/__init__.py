"""`/v1/responses`."""

from tuneport.api.responses.routes import router

__all__ = ["router"]
