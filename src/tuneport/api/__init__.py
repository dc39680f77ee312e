"""HTTP in OpenAI's words, one folder per resource."""

from tuneport.api.app import build_app
from tuneport.api.server import serve

__all__ = ["build_app", "serve"]
