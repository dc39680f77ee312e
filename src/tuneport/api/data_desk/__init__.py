"""Tuneport's own: new files from old ones, converted, split, without repeats, repaired."""

from tuneport.api.data_desk.routes import router

__all__ = ["router"]
