"""The API's own description, at /openapi.json: what routes say of themselves, and what is true of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

TITLE = "Tuneport"
ABOUT = (
    "Fine-tuning in OpenAI's and Azure OpenAI's words, on your own machine. Paths below `/v1` answer as OpenAI does. "
    "The same stand below `/openai/v1`, and in Azure's own objects below `/openai` with an `api-version`. "
    "What is below `/v1/tuneport` is Tuneport's own."
)
STREAM = "text/event-stream"
STREAMING = frozenset(
    {
        ("post", "/v1/chat/completions"),
        ("post", "/v1/completions"),
        ("post", "/v1/responses"),
        ("get", "/v1/responses/{response_id}"),
        ("get", "/v1/files/{file_id}/report"),
        ("post", "/v1/tuneport/models"),
    }
)
"""What answers a stream of events where `stream` is true; a pull always does."""
BYTES = "application/octet-stream"
FORMS = {
    "/v1/files": ("file", "purpose"),
    "/openai/files": ("file", "purpose"),
    "/v1/uploads/{upload_id}/parts": ("data",),
}
"""Path → what a POST's form must have. Forms go to disk as they come, so no model of pydantic reads them."""
_BINARY_FIELDS = frozenset({"file", "data"})
_KEY_ERRORS = {401: "No API key, or one that is wrong, expired or revoked.", 403: "The key may not do this."}
_ERRORS = {
    400: "The request cannot be done as it stands; `message` says what was found and what is allowed.",
    429: "Too many requests in this minute, or a quota is used up.",
    500: "A defect of Tuneport; its log has the reason under the id in `x-request-id`.",
}
_BODY_ERRORS = {413: "The body is larger than this server takes."}
_NOT_FOUND = {404: "What the path or the body names is not there, or not this project's."}
_WRITE_ERRORS = {
    409: "What is there now does not allow it.",
    502: "Something outside of this server did not answer as it should.",
    503: "An engine cannot answer now; ask again.",
    507: "The disk is full; nothing was recorded.",
}


def add_description(app: FastAPI) -> None:
    """Let `/openapi.json` answer the whole description; it is made at the first request."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=TITLE, version=app.version, description=ABOUT, routes=app.routes)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ErrorBody"] = _error_body()
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "api_key": {"type": "apiKey", "in": "header", "name": "api-key"},
    }
    document["security"] = [{}, {"bearer": []}, {"api_key": []}]
    for path, method, operation in _operations(document):
        _complete(path, method, operation)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    # FastAPI's own answer to a bad request; ours is 400, as OpenAI's is.
    responses.pop("422", None)
    if method == "post" and path in FORMS:
        operation["requestBody"] = _form(FORMS[path])
    if (method, path) in STREAMING:
        responses["200"]["content"][STREAM] = {"schema": {"type": "string"}}
    if path.endswith("/content"):
        responses["200"]["content"] = {BYTES: {"schema": {"type": "string", "format": "binary"}}}
    if "4XX" in responses:
        return
    for status, text in _errors_of(path, method, has_body="requestBody" in operation).items():
        schema = {"$ref": "#/components/schemas/ErrorBody"}
        responses[str(status)] = {"description": text, "content": {"application/json": {"schema": schema}}}


def _errors_of(path: str, method: str, *, has_body: bool) -> dict[int, str]:
    if path == "/health":
        return {}
    errors = {**_ERRORS, **_KEY_ERRORS, **(_BODY_ERRORS if has_body else {})}
    writes = _WRITE_ERRORS if method != "get" else {}
    return dict(sorted({**errors, **_NOT_FOUND, **writes}.items()))


def _form(fields: tuple[str, ...]) -> dict[str, Any]:
    properties = {
        name: {"type": "string", **({"format": "binary"} if name in _BINARY_FIELDS else {})} for name in fields
    }
    schema = {"type": "object", "properties": properties, "required": list(fields)}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _error_body() -> dict[str, Any]:
    text = {"type": "string"}
    text_or_null = {"anyOf": [text, {"type": "null"}]}
    error = {
        "type": "object",
        "properties": {
            "message": text,
            "type": {"enum": ["invalid_request_error", "server_error"]},
            "param": {**text_or_null, "description": "The field that is at fault."},
            "code": {**text_or_null, "description": "Stable; docs/errors.md lists all."},
        },
        "required": ["message", "type", "param", "code"],
    }
    return {"type": "object", "properties": {"error": error}, "required": ["error"]}
