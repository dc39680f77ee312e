"""`/v1/tuneport/aliases`: the owner's own names for base models."""

from tuneport.api.aliases.routes import router

__all__ = ["router"]
