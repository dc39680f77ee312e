"""Every error as OpenAI's body: `{"error": {"message", "type", "param", "code"}}`."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from tuneport.api.out_of_scope import refusal_of
from tuneport.api.request_headers import request_id
from tuneport.core import (
    Conflict,
    EngineFailed,
    Forbidden,
    InvalidRequest,
    ModelPullFailed,
    NotFound,
    QuotaExceeded,
    RateLimited,
    StorageFull,
    TuneportError,
    Unauthorized,
)

log = logging.getLogger(__name__)

STATUS_OF: dict[type[TuneportError], int] = {
    InvalidRequest: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    RateLimited: 429,
    QuotaExceeded: 429,
    ModelPullFailed: 502,
    EngineFailed: 503,
    StorageFull: 507,
}
NO_ANSWER = 499
"""The status of a request whose client went away before the answer began; nginx calls it so."""
NO_SUCH_ROUTE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
RETRYABLE = frozenset({503})
RETRYABLE_CODES = frozenset({RateLimited.default_code, "idempotency_in_progress"})
FINAL_CODES = frozenset(
    {"answer_failed", "engine_start_failed", "grammar_failed", "insufficient_memory", "model_not_found"}
)
"""Of the engine, but the same request would fail again."""
RETRY_AFTER_SECONDS = {"engine_busy": 2, "engine_failed": 1}
_UNION_TAG = re.compile(r"int|float|str|(?:constrained-|literal|list|dict).*")
_UNION_STEP = re.compile(r"list\[.*|item:.*")
"""What pydantic puts into a path where it chose among alternatives."""
_MAX_PROBLEMS = 20
_WANTED_BODY = "Send a JSON object, as Content-Type: application/json."


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(TuneportError, _answer_tuneport_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(ClientDisconnect, _answer_nobody)
    app.add_exception_handler(Exception, _answer_defect)


def error_body(message: str, *, kind: str, param: str | None, code: str | None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def error_response(error: TuneportError, *, status: int | None = None) -> JSONResponse:
    """Give the answer for one of our errors; `status` overrules that of its class."""
    status = status or _status_of(error)
    # OpenAI's clients repeat a request after 409 and 5xx; where that cannot help, it only makes the user wait.
    headers = {} if is_worth_repeating(error, status) else {"x-should-retry": "false"}
    if error.code in RETRY_AFTER_SECONDS:
        headers["retry-after"] = str(RETRY_AFTER_SECONDS[error.code])
    return JSONResponse(_tuneport_body(error, status), status_code=status, headers=headers)


def is_worth_repeating(error: Exception, status: int) -> bool:
    """Say whether the same request may be answered a little later."""
    if not isinstance(error, TuneportError):
        return False
    return (status in RETRYABLE and error.code not in FINAL_CODES) or error.code in RETRYABLE_CODES


def stream_error_body(error: Exception) -> dict[str, Any]:
    """Give the body of the event that ends a stream; a defect of ours goes to the log, as where no stream began."""
    return answer_of_error(error)[1]


def answer_of_error(error: Exception) -> tuple[int, dict[str, Any]]:
    """Give status and body that a request with this error is answered with."""
    if isinstance(error, RequestValidationError):
        return HTTPStatus.BAD_REQUEST, _validation_body(error)
    if isinstance(error, TuneportError):
        return _status_of(error), _tuneport_body(error, _status_of(error))
    return HTTPStatus.INTERNAL_SERVER_ERROR, _defect_body(error)


def _status_of(error: TuneportError) -> int:
    return next((number for kind, number in STATUS_OF.items() if isinstance(error, kind)), 500)


def _tuneport_body(error: TuneportError, status: int) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return error_body(error.message, kind=kind, param=error.param, code=error.code)


def _defect_body(error: Exception) -> dict[str, Any]:
    """The trace goes to the log, never to the client."""
    log.error("Request %s failed.", request_id.get(), exc_info=error)
    message = "Tuneport failed on this request. The server's log has the reason, under the id in x-request-id."
    return error_body(message, kind="server_error", param=None, code="internal_error")


async def _answer_tuneport_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TuneportError)
    return error_response(error)


async def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    """Routes that do not exist, and methods that a route does not have."""
    assert isinstance(error, HTTPException)
    refusal = refusal_of(request.url.path) if error.status_code in NO_SUCH_ROUTE else None
    if refusal is not None:
        return error_response(refusal)
    what = f"{request.method} {request.url.path}"
    messages = {
        # Of the body's JSON the framework gives no reason: bytes that are no UTF-8, lists in lists in lists.
        400: (f"The body cannot be read as JSON. {_WANTED_BODY}", "invalid_json"),
        404: (f"There is no {what}. See the API's description at /openapi.json.", "unknown_url"),
        405: (f"{what} is not allowed. Allowed: {Headers(error.headers).get('allow', 'another')}.", "bad_method"),
    }
    message, code = messages.get(error.status_code, (str(error.detail), "http_error"))
    body = error_body(message, kind="invalid_request_error", param=None, code=code)
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def _answer_nobody(_request: Request, _error: Exception) -> Response:
    """The client has gone; without this its leaving would be logged as a defect of ours."""
    return Response(status_code=NO_ANSWER)


async def _answer_defect(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(
        _defect_body(error), status_code=HTTPStatus.INTERNAL_SERVER_ERROR, headers={"x-should-retry": "false"}
    )


async def _answer_validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return JSONResponse(_validation_body(error), status_code=HTTPStatus.BAD_REQUEST)


def _validation_body(error: RequestValidationError) -> dict[str, Any]:
    problems = _by_field(error)
    message = " ".join(text for text, _ in problems.values())
    param = next(iter(problems)) or None
    return error_body(message, kind="invalid_request_error", param=param, code=problems[param or ""][1])


def _by_field(error: RequestValidationError) -> dict[str, tuple[str, str]]:
    """Give field → (message, code); what each alternative of a union misses is said in one sentence."""
    reasons: dict[str, list[dict[str, Any]]] = {}
    for problem in error.errors()[:_MAX_PROBLEMS]:
        reasons.setdefault(_field(problem["loc"]), []).append(problem)
    return {field: _explain(field, problems) for field, problems in reasons.items()}


def _field(location: tuple[int | str, ...]) -> str:
    parts = [part for part in map(str, location[1:]) if not _UNION_STEP.fullmatch(part)]
    if len(parts) > 1 and _UNION_TAG.fullmatch(parts[-1]):
        parts.pop()
    return ".".join(parts)


def _explain(field: str, problems: list[dict[str, Any]]) -> tuple[str, str]:
    match problems[0]["type"]:
        case "json_invalid":
            return f"The body is not valid JSON: {problems[0]['ctx']['error']}.", "invalid_json"
        case "extra_forbidden":
            return f"Unknown parameter: {field!r}.", "unknown_parameter"
        case "missing" if field:
            return f"Missing required parameter: {field!r}.", "missing_required_parameter"
    found = repr(problems[0].get("input"))
    if not field:
        return f"The body is {found[:100]}. {_WANTED_BODY}", "invalid_json"
    allowed = ", or ".join(dict.fromkeys(problem["msg"].lower() for problem in problems))
    return f"{field!r} is {found[:100]}: {allowed}.", "invalid_value"
