"""Tuneport's own: a row of a file as a job would train it, token by token."""

from tuneport.api.row_loss.routes import router

__all__ = ["router"]
