"""The whole application over a workspace in which no work begins, for tests of what every request passes first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from fake_clock import FakeClock
from tuneport.api import build_app
from tuneport.api.batches import answer_line
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.workspace import Workspace


class Guarded:
    def __init__(self, workspace: Workspace, clock: FakeClock, client: TestClient) -> None:
        self.workspace = workspace
        self.clock = clock
        self.client = client

    def key(self, scope: str = "use", project_id: str = DEFAULT_PROJECT) -> str:
        return self.workspace.keys.create("key", project_id=project_id, scope=scope)[1]

    def ask(self, method: str, path: str, key: str | None = None, **options):
        headers = {**options.pop("headers", {}), **({"authorization": f"Bearer {key}"} if key else {})}
        return self.client.request(method, path, headers=headers, **options)

    def code(self, method: str, path: str, key: str | None = None, **options) -> tuple[int, str | None]:
        """Give the status, and the code of the error if it is one."""
        answer = self.ask(method, path, key, **options)
        return answer.status_code, answer.json()["error"]["code"] if answer.is_error else None


@contextmanager
def guarded(home: Path, **settings: object) -> Iterator[Guarded]:
    clock = FakeClock()
    workspace = Workspace(Settings(home=home, **settings), clock=clock, answer_line=answer_line)
    with TestClient(build_app(workspace), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield Guarded(workspace, clock, client)
