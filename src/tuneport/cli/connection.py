"""Which server a command talks to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tuneport.cli.client import Client
from tuneport.cli.server_process import lease_server, server_log
from tuneport.config import Settings


@contextmanager
def connect(endpoint: str | None) -> Iterator[Client]:
    """Give a client of the server at `endpoint`, or, if it is `None`, of the home's own, started where none runs."""
    api_key = os.environ.get("TUNEPORT_API_KEY")
    with ExitStack() as stack:
        if endpoint:
            client = Client(endpoint, api_key=api_key)
        else:
            settings = Settings()
            url = stack.enter_context(lease_server(settings))
            client = Client(url, api_key=api_key, log_file=server_log(settings))
        stack.callback(client.close)
        yield client
