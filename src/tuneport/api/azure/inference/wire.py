"""Requests for answers as Azure's clients send them: the model is named by the path."""

from __future__ import annotations

from tuneport.api.chat.wire import CompletionRequest
from tuneport.api.completions.wire import TextCompletionRequest
from tuneport.api.embeddings.wire import EmbeddingsRequest


class DeployedChatRequest(CompletionRequest):
    model: str = ""
    """Not read: the deployment in the path answers."""


class DeployedTextRequest(TextCompletionRequest):
    model: str = ""
    """Not read: the deployment in the path answers."""


class DeployedEmbeddingsRequest(EmbeddingsRequest):
    model: str = ""
    """Not read: the deployment in the path answers."""
