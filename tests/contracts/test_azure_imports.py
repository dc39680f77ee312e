"""`files/import`: the server fetches a file, and jobs that name it wait."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from server_process import PATIENCE_SECONDS, ServerProcess, chat_rows, messages, pretend_pulled, wait_for_job

MODEL = "smollm2-135m-instruct"
VERSION = {"api-version": "2025-04-01-preview"}


class _SlowWeb(BaseHTTPRequestHandler):
    """Answers once it is let go."""

    def do_GET(self) -> None:
        self.server.let_go.wait(PATIENCE_SECONDS)
        content = chat_rows(10)
        self.send_response(200 if self.path.startswith("/rows.jsonl") else 404)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def web():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SlowWeb)
    server.let_go = threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.let_go.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def importing_server(tmp_path):
    """A server whose owner lets it fetch from its own machine."""
    home = tmp_path / "home"
    pretend_pulled(home)
    (home / "settings.toml").write_text("imports_from_private_addresses = true\n")
    server = ServerProcess(home)
    yield server
    server.stop()


@pytest.fixture
def client_there(importing_server: ServerProcess):
    with importing_server.client() as client:
        yield client


def start_import(server: ServerProcess, url: str) -> dict:
    body = {"purpose": "fine-tune", "filename": "rows.jsonl", "content_url": url}
    answer = httpx.post(f"{server.url}/openai/files/import", params=VERSION, json=body)
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert answer.headers["location"] == f"{server.url}/openai/files/{file['id']}?api-version=2025-04-01-preview"
    return file


def ended_import(server: ServerProcess, file_id: str) -> dict:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        file = httpx.get(f"{server.url}/openai/files/{file_id}", params=VERSION).json()
        if file["status"] != "pending":
            return file
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.requirement("R3.6")
def test_job_waits_for_its_file_and_goes_on_when_it_has_come(importing_server: ServerProcess, client_there, web):
    server, client = importing_server, client_there
    file = start_import(server, f"http://127.0.0.1:{web.server_port}/rows.jsonl?sig=secret")

    job = client.fine_tuning.jobs.create(model=MODEL, training_file=file["id"])
    early = httpx.get(f"{server.url}/openai/files/{file['id']}/content", params=VERSION)
    waiting = client.fine_tuning.jobs.retrieve(job.id).status
    web.let_go.set()
    imported = ended_import(server, file["id"])
    wait_for_job(client, job.id, "queued", "running", "failed")

    assert (file["status"], file["bytes"], waiting) == ("pending", 0, "validating_files")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "conflict")
    assert (imported["status"], imported["error"]) == ("processed", None)
    assert imported["bytes"] == len(chat_rows(10))
    assert "Files validated, moving job to queued state" in messages(client, job.id)
    assert client.files.retrieve(file["id"]).status == "processed"


def test_job_on_a_file_that_does_not_come_fails_with_the_reason(importing_server: ServerProcess, client_there, web):
    server, client = importing_server, client_there
    web.let_go.set()
    file = start_import(server, f"http://127.0.0.1:{web.server_port}/nothing")
    imported = ended_import(server, file["id"])

    job = client.fine_tuning.jobs.create(model=MODEL, training_file=file["id"])
    failed = wait_for_job(client, job.id, "failed")

    assert imported["status"] == "error"
    assert imported["error"]["code"] == "fileImportFailed"
    assert (failed.error.code, failed.error.param) == ("file_import_failed", "training_file")
    assert "answered 404" in failed.error.message


def test_server_does_not_fetch_from_its_own_machine_unless_its_owner_lets_it(server: ServerProcess, web):
    web.let_go.set()

    file = ended_import(server, start_import(server, f"http://127.0.0.1:{web.server_port}/rows.jsonl")["id"])

    assert file["status"] == "error"
    assert "imports_from_private_addresses" in file["error"]["message"]


@pytest.mark.parametrize(
    ("changed", "target"),
    [
        ({"content_url": "/etc/hostname"}, "content_url"),
        ({"content_url": "file:///etc/hostname"}, "content_url"),
        ({"content_url": "ftp://example.com/x"}, "content_url"),
        ({"purpose": "magic"}, "purpose"),
        ({"filename": "x" * 300}, "filename"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_import_that_cannot_be_is_refused_at_once(server: ServerProcess, changed: dict, target: str):
    body = {"purpose": "fine-tune", "filename": "rows.jsonl", "content_url": "https://example.com/x", **changed}

    answer = httpx.post(f"{server.url}/openai/files/import", params=VERSION, json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalidPayload")
    assert answer.json()["error"]["target"] == target
