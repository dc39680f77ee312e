"""`/v1/batches`."""

from tuneport.api.batches.answering import answer_line
from tuneport.api.batches.routes import router

__all__ = ["answer_line", "router"]
