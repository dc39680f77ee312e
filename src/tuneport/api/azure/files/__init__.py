"""`/openai/files`."""

from tuneport.api.azure.files.routes import router

__all__ = ["router"]
