"""`/v1/tuneport/exports`: tuned models, written for other programs."""

from tuneport.api.exports.routes import router

__all__ = ["router"]
