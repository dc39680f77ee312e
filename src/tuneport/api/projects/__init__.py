"""`/v1/tuneport/projects`."""

from tuneport.api.projects.routes import router

__all__ = ["router"]
