"""Routes whose answer is written as JSON where it was made.

FastAPI would check the object a second time and write it on the event loop; what is asked over and over while a job
runs does without. For routers whose endpoints set no header of their own.
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
        assert not inspect.iscoroutinefunction(endpoint), f"{path}: its answer would be written on the event loop"
        super().__init__(path, _writing(endpoint, options.get("status_code") or 200), **options)


def _writing(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    def answer(*args: Any, **values: Any) -> Any:
        made = endpoint(*args, **values)
        if not isinstance(made, BaseModel):
            return made
        return Response(made.model_dump_json(by_alias=True), status, media_type="application/json")

    return answer
