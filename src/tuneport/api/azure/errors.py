"""Azure's envelope for every error, whoever made it: `{"error": {code, message, target, details, innererror}}`."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

WORD_OF_STATUS = {
    400: "invalidPayload",
    401: "unauthorized",
    403: "forbidden",
    404: "notFound",
    409: "conflict",
    413: "invalidPayload",
    429: "tooManyRequests",
    500: "internalFailure",
}
"""HTTP status → Azure's code; other client errors are `invalidPayload`, other server errors `serviceUnavailable`."""

WORD_OF_CODE = {
    "quota_exceeded": "quotaExceeded",
    "too_many_waiting_jobs": "quotaExceeded",
    "deployment_quota_exceeded": "quotaExceeded",
    "file_import_failed": "fileImportFailed",
}
"""Our codes for which Azure has a word of its own."""


class InnerError(BaseModel):
    code: str
    """Our own code, as docs/errors.md has it."""


class AzureError(BaseModel):
    code: str
    message: str
    target: str | None
    """The field that is at fault."""
    details: list[Any]
    innererror: InnerError | None


class AzureErrorBody(BaseModel):
    error: AzureError


AZURE_ERRORS: dict[int | str, dict[str, Any]] = {"4XX": {"model": AzureErrorBody}, "5XX": {"model": AzureErrorBody}}
"""For the description of each route below Azure's versioned prefix."""


def in_azure_envelope(send: Send) -> Send:
    """Give a `send` that writes the body of each error anew; other answers pass through as they come."""
    start: Message = {}
    body = bytearray()

    async def send_in_envelope(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and message["status"] >= 400:
            start = message
        elif not start:
            await send(message)
        else:
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await _send_error(send, start, bytes(body))

    return send_in_envelope


def azure_error(status: int, error: dict[str, Any]) -> dict[str, Any]:
    """Give Azure's body for an error in OpenAI's words; our own code is the inner one."""
    code = error.get("code")
    other = "invalidPayload" if status < 500 else "serviceUnavailable"
    word = WORD_OF_CODE.get(code or "", WORD_OF_STATUS.get(status, other))
    answer = AzureError(
        code=word,
        message=error.get("message", ""),
        target=error.get("param"),
        details=[],
        innererror=InnerError(code=code) if code else None,
    )
    return AzureErrorBody(error=answer).model_dump()


async def _send_error(send: Send, start: Message, body: bytes) -> None:
    content = orjson.dumps(azure_error(start["status"], _error_in(body)))
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(content))
    headers["content-type"] = "application/json"
    await send(start)
    await send({"type": "http.response.body", "body": content})


def _error_in(body: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(body)
    except ValueError:
        return {"message": body.decode("utf-8", "replace")}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {"message": str(answer)}
