"""`/v1/fine_tuning`: jobs, their events and checkpoints."""

from tuneport.api.fine_tuning.routes import router

__all__ = ["router"]
