import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import openai
import pytest

from server_process import ServerProcess, pretend_pulled
from tiny_encoder import write_tiny_encoder
from tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests of the wire, whose training only pretends and ends well."""
    home = tmp_path_factory.mktemp("home")
    pretend_pulled(home)
    server = ServerProcess(home, fake_training="good")
    yield server
    server.stop()


@pytest.fixture
def client(server: ServerProcess) -> Iterator[openai.OpenAI]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="session")
def quiet_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One more server that only pretends, where nothing goes on beside the test: what is kept there can be counted."""
    home = tmp_path_factory.mktemp("quiet_home")
    pretend_pulled(home)
    server = ServerProcess(home, fake_training="good")
    yield server
    server.stop()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[[str], ServerProcess]]:
    """Start servers, one after the other, on one home folder of the test's own."""
    home = tmp_path / "home"
    pretend_pulled(home)
    servers: list[ServerProcess] = []

    def start(ending: str) -> ServerProcess:
        servers.append(ServerProcess(home, fake_training=ending))
        return servers[-1]

    yield start
    for server in servers:
        server.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that trains and answers in earnest, on tiny models with random weights: "tiny" and an embedder."""
    model_folder = write_tiny_model(tmp_path_factory.mktemp("tiny_model"))
    home = tmp_path_factory.mktemp("real_home")
    write_tiny_encoder(home)
    server = ServerProcess(home)
    request = {"source": str(model_folder), "name": "tiny"}
    httpx.post(f"{server.url}/v1/tuneport/models", json=request, timeout=60).raise_for_status()
    yield server
    server.stop()


@pytest.fixture
def real_client(real_server: ServerProcess) -> Iterator[openai.OpenAI]:
    with real_server.client() as client:
        yield client
