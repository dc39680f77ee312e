"""`…/fine_tuning/jobs/{job}/checkpoints/{checkpoint}/copy`, below Azure's versioned prefix and below `/openai/v1`."""

from tuneport.api.azure.checkpoint_copies.routes import unversioned_router, versioned_router

__all__ = ["unversioned_router", "versioned_router"]
