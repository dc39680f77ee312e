"""`/v1/completions`."""

from tuneport.api.completions.routes import router

__all__ = ["router"]
