"""One request of a batch, answered by what answers it on its own route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from tuneport.api.chat.answer import chat_completion
from tuneport.api.chat.wire import CompletionRequest
from tuneport.api.completions.answer import text_completion
from tuneport.api.completions.wire import TextCompletionRequest
from tuneport.api.embeddings.answer import embeddings
from tuneport.api.embeddings.wire import EmbeddingsRequest
from tuneport.api.errors import answer_of_error, is_worth_repeating
from tuneport.api.responses.answer import response
from tuneport.api.responses.wire import ResponseCreateRequest
from tuneport.core import InvalidRequest
from tuneport.workspace import LineAnswer, Project, plain_endpoint

HTTP_OK = 200


@dataclass(frozen=True)
class _Endpoint:
    request: type[BaseModel]
    answer: Callable[[Project, Any], BaseModel]


ENDPOINTS = {
    "/chat/completions": _Endpoint(CompletionRequest, chat_completion),
    "/completions": _Endpoint(TextCompletionRequest, text_completion),
    "/embeddings": _Endpoint(EmbeddingsRequest, embeddings),
    "/responses": _Endpoint(ResponseCreateRequest, response),
}


def answer_line(project: Project, endpoint: str, body: dict[str, Any]) -> LineAnswer:
    """Give what the endpoint's route would answer, an error too. A streamed answer is refused: a line is one object."""
    try:
        answer = _answer(project, ENDPOINTS[plain_endpoint(endpoint)], body)
    except Exception as error:
        status, refusal = answer_of_error(error)
        return LineAnswer(status, refusal, is_worth_repeating=is_worth_repeating(error, status))
    return LineAnswer(HTTP_OK, answer.model_dump(mode="json"))


def _answer(project: Project, endpoint: _Endpoint, body: dict[str, Any]) -> BaseModel:
    try:
        request = endpoint.request.model_validate(body)
    except ValidationError as error:
        located = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
        raise RequestValidationError(located) from error
    if getattr(request, "stream", None):
        raise InvalidRequest(
            "'stream' is true in a line of a batch, whose answers come whole. Use false, or leave 'stream' out.",
            code="stream_in_batch",
            param="stream",
        )
    return endpoint.answer(project, request)
