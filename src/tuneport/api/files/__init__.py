"""`/v1/files`."""

from tuneport.api.files.routes import router

__all__ = ["router"]
