"""`/v1/chat/completions`."""

from tuneport.api.chat.routes import router

__all__ = ["router"]
