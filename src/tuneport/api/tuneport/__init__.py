"""Tuneport's own endpoints, beside OpenAI's."""

from tuneport.api.tuneport.routes import router

__all__ = ["router"]
