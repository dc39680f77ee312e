"""`/openai/fine_tuning/jobs`."""

from tuneport.api.azure.fine_tuning.routes import router

__all__ = ["router"]
