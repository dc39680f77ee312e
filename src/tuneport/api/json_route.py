"""Routes whose answer is written as JSON where it was made.

FastAPI would check the object a second time and write it on the event loop; what is asked over and over while a job
runs does without. For routers whose endpoints set no header of their own.

A plain function has a thread of its own. An endpoint that is a coroutine works on the event loop itself: right for
what takes a millisecond or two, such as one page of an indexed table. A trip through a thread costs more than that,
as threads contend for the one interpreter, and no other request gets on in the meantime either way.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel


class JsonRoute(APIRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _writing(endpoint, options.get("status_code") or 200), **options)


def _writing(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def answer_at_once(*args: Any, **values: Any) -> Any:
            return _written(await endpoint(*args, **values), status)

        return answer_at_once

    @functools.wraps(endpoint)
    def answer(*args: Any, **values: Any) -> Any:
        return _written(endpoint(*args, **values), status)

    return answer


def _written(made: Any, status: int) -> Any:
    if not isinstance(made, BaseModel):
        return made
    return Response(made.model_dump_json(by_alias=True), status, media_type="application/json")
