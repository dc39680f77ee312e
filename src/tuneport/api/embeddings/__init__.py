"""`/v1/embeddings`."""

from tuneport.api.embeddings.routes import router

__all__ = ["router"]
