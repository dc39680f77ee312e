"""Which server a command talks to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tuneport.cli.client import Client
from tuneport.cli.server_process import lease_server, server_log, server_stays
from tuneport.config import Settings
from tuneport.core import InvalidRequest, NotFound


@contextmanager
def connect(endpoint: str | None, *, needs: str | None = None) -> Iterator[Client]:
    """Give a client of the server at `endpoint`, or, if it is `None`, of the home's own, started where none runs.

    `needs` names what the command asks of the server that only Tuneport has; see `check_tuneport`.
    """
    given_key = os.environ.get("TUNEPORT_API_KEY")
    with ExitStack() as stack:
        if endpoint:
            client = Client(endpoint, api_key=given_key)
        else:
            settings = Settings()
            url = stack.enter_context(lease_server(settings))
            # The key that is given may be for another server.
            api_key = _owner_key(settings) or given_key
            client = Client(url, api_key=api_key, log_file=server_log(settings), stays=server_stays(settings))
        stack.callback(client.close)
        if endpoint and needs:
            check_tuneport(client, needs=needs)
        yield client


def _owner_key(settings: Settings) -> str | None:
    """Give what lets whoever may read the home folder do everything; `None` where the server is another user's."""
    try:
        return settings.owner_key.read_text()
    except OSError:
        return None


def check_tuneport(client: Client, *, needs: str) -> None:
    """Raise `InvalidRequest` where the server is not Tuneport, though it may speak OpenAI's API."""
    try:
        client.get("tuneport/models")
    except NotFound as error:
        raise InvalidRequest(
            f"{client.url} is not a Tuneport server: it has no {needs}; `tuneport jobs list`, `jobs cancel`, "
            "`models list` and `chat` work with it.",
            code="not_tuneport",
        ) from error
