"""A request's body in, the embeddings' object out: what every way to ask goes through."""

from __future__ import annotations

from tuneport.api.embeddings.translate import embedding_request, embeddings_object
from tuneport.api.embeddings.wire import EmbeddingsObject, EmbeddingsRequest
from tuneport.workspace import Project


def embeddings(project: Project, body: EmbeddingsRequest) -> EmbeddingsObject:
    return embeddings_object(project.embeddings.create(embedding_request(body)), body.encoding_format)
