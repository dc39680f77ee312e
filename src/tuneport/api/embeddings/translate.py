"""Between embeddings of the workspace and embeddings on the wire."""

from __future__ import annotations

from array import array
from base64 import b64encode
from typing import Literal

from tuneport.api.embeddings.wire import EmbeddingObject, EmbeddingsObject, EmbeddingsRequest, EmbeddingsUsage
from tuneport.api.wire_fields import one_or_several
from tuneport.workspace import EmbeddingAnswer, EmbeddingRequest


def embedding_request(body: EmbeddingsRequest) -> EmbeddingRequest:
    return EmbeddingRequest(body.model, tuple(one_or_several(body.input)), body.dimensions)


def embeddings_object(answer: EmbeddingAnswer, encoding: Literal["float", "base64"] | None) -> EmbeddingsObject:
    data = [
        EmbeddingObject(index=index, embedding=_encode(vector, encoding)) for index, vector in enumerate(answer.vectors)
    ]
    usage = EmbeddingsUsage(prompt_tokens=answer.prompt_tokens, total_tokens=answer.prompt_tokens)
    return EmbeddingsObject(data=data, model=answer.model, usage=usage)


def _encode(vector: bytes, encoding: Literal["float", "base64"] | None) -> list[float] | str:
    return b64encode(vector).decode() if encoding == "base64" else array("f", vector).tolist()
