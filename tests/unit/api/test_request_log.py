import asyncio
import json
from types import SimpleNamespace

import pytest

from tuneport.api.azure import AzurePrefixes
from tuneport.api.request_log import RequestLog


async def answer(scope, _receive, send) -> None:
    """What is behind the prefixes: it finds a caller and a route, and answers."""
    scope.setdefault("state", {})["caller"] = SimpleNamespace(project_id="proj_a", key_id="key_a")
    scope["route"] = SimpleNamespace(path="/v1/files/{file_id}")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


@pytest.mark.parametrize("path", ["/v1/files/a", "/openai/v1/files/a", "/api/projects/p/openai/v1/files/a"])
def test_a_request_is_counted_by_its_route_and_logged_by_its_path_under_every_prefix(tmp_path, path):
    noted = []
    app = RequestLog(AzurePrefixes(answer), lambda *facts: noted.append(facts[:3]), tmp_path / "access.log")

    async def ignore(_message) -> None:
        """Nobody reads the answer."""

    asyncio.run(app({"type": "http", "method": "GET", "path": path, "query_string": b""}, None, ignore))

    line = json.loads((tmp_path / "access.log").read_text())
    assert noted == [("GET", "/v1/files/{file_id}", 200)]
    assert (line["path"], line["project"], line["key_id"]) == (path, "proj_a", "key_a")
