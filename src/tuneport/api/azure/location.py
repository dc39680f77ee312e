"""Where a thing that was just made can be found: Azure says it in a header."""

from __future__ import annotations

from fastapi import Request, Response


def set_location(request: Request, response: Response, path: str, api_version: str) -> None:
    """`path`: that of the new thing, without the address of the server."""
    response.headers["location"] = f"{str(request.base_url).rstrip('/')}{path}?api-version={api_version}"
