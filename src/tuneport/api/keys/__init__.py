"""`/v1/tuneport/keys`."""

from tuneport.api.keys.routes import router

__all__ = ["router"]
