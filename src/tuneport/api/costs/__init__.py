"""`/v1/tuneport/costs`."""

from tuneport.api.costs.routes import router

__all__ = ["router"]
