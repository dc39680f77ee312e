"""A request's body in, the embeddings' object out: what every way to ask goes through."""

from __future__ import annotations

from tuneport.api.embeddings.translate import embedding_request, embeddings_object
from tuneport.api.embeddings.wire import EmbeddingsObject, EmbeddingsRequest
from tuneport.core import Check, go_on
from tuneport.workspace import Project


def embeddings(project: Project, body: EmbeddingsRequest, check: Check = go_on) -> EmbeddingsObject:
    """Give the vectors; what `check` raises cancels."""
    return embeddings_object(project.embeddings.create(embedding_request(body), check), body.encoding_format)
