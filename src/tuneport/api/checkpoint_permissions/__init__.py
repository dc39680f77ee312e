"""`/v1/fine_tuning/checkpoints/{checkpoint}/permissions`."""

from tuneport.api.checkpoint_permissions.routes import router

__all__ = ["router"]
