"""`/openai/deployments/{name}/…`: answers under a deployment's name."""

from tuneport.api.azure.inference.routes import router

__all__ = ["router"]
