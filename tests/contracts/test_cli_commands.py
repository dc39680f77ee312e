"""The commands against a server that they start themselves, on an empty home; none of these needs a model."""

import json
import os
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from tuneport_command import run_tuneport

REPOSITORY = Path(__file__).parents[2]
TRAINING_FILE = REPOSITORY / "examples" / "smart-home" / "train.jsonl"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module", autouse=True)
def leased_server(home):
    """Hold the server that the first command starts, so that the others need not start one each."""
    lease = home / "leases" / str(os.getpid())
    lease.parent.mkdir()
    lease.touch()
    yield
    record = home / "server.json"
    # Where only tests with an --endpoint were chosen, no command has started one.
    server = psutil.Process(json.loads(record.read_text())["pid"]) if record.exists() else None
    lease.unlink()
    if server:
        server.wait(timeout=60)


@pytest.fixture
def tuneport(home):
    return partial(run_tuneport, home=home)


@pytest.fixture
def broken_file(tmp_path):
    rows = TRAINING_FILE.read_text().splitlines()[:20]
    rows[6] = rows[6][:40]
    path = tmp_path / "broken.jsonl"
    path.write_text("\n".join(rows))
    return path


def test_doctor_works_with_no_server_and_no_model(tuneport):
    done = tuneport("doctor")

    assert done.returncode == 0, done.stderr
    assert "processor" in done.stdout
    assert "smollm2-135m-instruct" in done.stdout


def test_a_good_file_is_said_to_be_good(tuneport):
    done = tuneport("data", "check", TRAINING_FILE)

    assert done.returncode == 0, done.stderr
    assert "240 rows" in done.stdout
    assert "no problems" in done.stdout


def test_a_checked_file_does_not_stay_on_the_server(tuneport, home):
    before = sorted(path.name for path in (home / "files").iterdir())

    tuneport("data", "check", TRAINING_FILE)

    assert sorted(path.name for path in (home / "files").iterdir()) == before


def test_a_broken_line_is_named_and_the_status_is_1(tuneport, broken_file):
    done = tuneport("data", "check", broken_file)

    assert done.returncode == 1
    assert "line 7" in done.stdout


def test_nine_rows_are_too_few(tuneport, tmp_path):
    path = tmp_path / "nine.jsonl"
    path.write_text("\n".join(TRAINING_FILE.read_text().splitlines()[:9]))

    done = tuneport("run", path)

    assert done.returncode == 1
    assert "9 rows" in done.stdout
    assert "Nothing was trained" in done.stdout


def test_with_json_standard_output_is_one_document_and_nothing_else(tuneport, broken_file):
    done = tuneport("run", broken_file, "--json")

    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert document["status"] == "failed"
    assert document["data"]["training"]["errors"][0]["line"] == 7
    assert "line 7" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("data", "check", TRAINING_FILE),
        ("data", "quality", TRAINING_FILE),
        ("doctor",),
        ("models", "list"),
        ("jobs", "list"),
        ("models", "show", "smollm2"),
    ],
)
def test_each_report_is_had_as_json(tuneport, arguments):
    done = tuneport(*arguments, "--json")

    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)


def test_an_empty_file_is_named(tuneport, tmp_path):
    path = tmp_path / "empty.jsonl"
    path.touch()

    done = tuneport("run", path)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {path} is empty (0 bytes)")


def test_an_unknown_model_is_refused_with_the_known_ones(tuneport):
    done = tuneport("run", TRAINING_FILE, "--model", "no-such-model")

    assert done.returncode == 2
    assert "no base model 'no-such-model'" in done.stderr
    assert "smollm2-135m-instruct" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("jobs", "show", "ftjob-none"),
        ("jobs", "cancel", "ftjob-none"),
        ("models", "delete", "ft:none"),
        ("chat", "ft:none", "--message", "hi"),
    ],
)
def test_a_name_that_is_not_there_is_one_paragraph_and_status_2(tuneport, arguments):
    done = tuneport(*arguments)

    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1


class _OtherServer(BaseHTTPRequestHandler):
    """Answers every path that it does not know as OpenAI does; it knows none."""

    def do_GET(self):
        body = json.dumps({"error": {"message": "Invalid URL", "type": "invalid_request_error", "code": None}}).encode()
        self.server.asked.append(self.path)
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *arguments):
        """Keep quiet."""


@pytest.fixture
def other_server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OtherServer)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", TRAINING_FILE),
        ("compare", "ft:x"),
        ("data", "check", TRAINING_FILE),
        ("doctor",),
        ("jobs", "follow", "ftjob-1"),
    ],
)
def test_a_server_that_is_not_tuneport_is_refused_at_once(tuneport, other_server, arguments):
    done = tuneport(*arguments, "--endpoint", f"http://127.0.0.1:{other_server.server_port}")

    assert done.returncode == 2
    assert "is not a Tuneport server: it has no " in done.stderr
    assert done.stderr.count("\n") == 1
    assert other_server.asked == ["/v1/tuneport/models"]


def test_a_base_model_cannot_be_deleted(tuneport):
    done = tuneport("models", "delete", "smollm2-135m-instruct")

    assert done.returncode == 2
    assert "base model" in done.stderr


def test_two_commands_at_once_share_one_server(home, tmp_path):
    other_home = tmp_path / "home"
    environment = os.environ | {"TUNEPORT_HOME": str(other_home)}
    command = [sys.executable, "-m", "tuneport.cli", "jobs", "list", "--json"]
    commands = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    outputs = [process.communicate(timeout=120) for process in commands]

    assert [process.returncode for process in commands] == [0, 0], outputs
    assert [json.loads(output)["data"] for output, _ in outputs] == [[], []]
    _wait_for_absence(other_home / "server.json")


def test_a_server_that_a_command_started_leaves_when_the_command_has_ended(tmp_path):
    home = tmp_path / "home"
    done = run_tuneport("jobs", "list", home=home)

    assert done.returncode == 0, done.stderr
    _wait_for_absence(home / "server.json")
    assert list((home / "leases").iterdir()) == []


def _wait_for_absence(path, *, seconds=60):
    deadline = time.monotonic() + seconds
    while path.exists():
        assert time.monotonic() < deadline, f"{path} is still there"
        time.sleep(0.1)


def test_aliases_are_made_listed_and_removed(tuneport):
    made = tuneport("models", "alias", "gpt-4o-mini", "smollm2-135m-instruct")
    listed = json.loads(tuneport("models", "list", "--json").stdout)
    removed = tuneport("models", "unalias", "gpt-4o-mini")

    assert made.stdout == "gpt-4o-mini stands for smollm2-135m-instruct.\n"
    assert [model["id"] for model in listed["aliases"]] == ["gpt-4o-mini"]
    assert listed["tuned"] == []
    assert (removed.returncode, tuneport("models", "unalias", "gpt-4o-mini").returncode) == (0, 2)


def test_webhooks_are_made_listed_and_deleted(tuneport):
    made = json.loads(tuneport("webhooks", "create", "http://127.0.0.1:9/", "--event", "batch.failed", "--json").stdout)
    listed = tuneport("webhooks", "list")
    unreachable = tuneport("webhooks", "test", made["id"])
    deleted = tuneport("webhooks", "delete", made["id"])

    assert made["signing_secret"].startswith("whsec_")
    assert made["id"] in listed.stdout
    assert made["signing_secret"] not in listed.stdout
    assert (unreachable.returncode, "did not answer" in unreachable.stderr) == (2, True)
    assert deleted.stdout == f"{made['id']} is deleted.\n"
