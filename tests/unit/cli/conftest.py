import io

import httpx
import pytest
from rich.console import Console

from fake_wire import FakeServer
from tuneport.cli.client import Client
from tuneport.cli.screen import Screen


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def client(server):
    client = Client("http://127.0.0.1:1", transport=httpx.MockTransport(server))
    yield client
    client.close()


class RecordedScreen(Screen):
    """A screen that is no terminal; `.text` is what it has shown."""

    def __init__(self):
        self._written = io.StringIO()
        super().__init__(console=Console(file=self._written, width=100, highlight=False, markup=False, emoji=False))

    @property
    def text(self):
        return self._written.getvalue()


@pytest.fixture
def screen():
    return RecordedScreen()
