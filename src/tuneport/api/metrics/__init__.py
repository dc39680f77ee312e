"""The server's numbers, for Prometheus."""

from tuneport.api.metrics.routes import router

__all__ = ["router"]
