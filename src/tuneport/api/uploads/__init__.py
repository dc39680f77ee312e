"""`/v1/uploads`."""

from tuneport.api.uploads.routes import router

__all__ = ["router"]
