import contextlib
import json
import os
import subprocess
import sys

import psutil
import pytest

from tuneport.cli.server_process import find_server, lease_server
from tuneport.config import Settings
from tuneport.core import ServerUnreachable

# Writes the record of a server that answers every GET, and serves until nobody holds a lease.
_SERVER = """
import http.server, json, os, pathlib, sys, threading, time
home = pathlib.Path(sys.argv[1])
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("content-length", "2"); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
record = {"pid": os.getpid(), "url": f"http://127.0.0.1:{server.server_port}"}
(home / "server.json").write_text(json.dumps(record))
while any((home / "leases").iterdir()):
    time.sleep(0.02)
(home / "server.json").unlink()
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def _command(settings, program=_SERVER):
    return [sys.executable, "-c", program, str(settings.home)]


def _record(settings):
    return json.loads(settings.server_record.read_text())


def _wait_for_end(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(timeout=20)


def test_a_server_is_started_and_held_by_a_lease_until_the_command_ends(settings):
    with lease_server(settings, server_command=_command(settings)) as url:
        pid = _record(settings)["pid"]

        assert url == _record(settings)["url"]
        assert [lease.name for lease in settings.leases.iterdir()] == [str(os.getpid())]

    _wait_for_end(pid)
    assert list(settings.leases.iterdir()) == []
    assert find_server(settings) is None


def test_a_second_command_uses_the_server_of_the_first(settings):
    with lease_server(settings, server_command=_command(settings)) as first:
        pid = _record(settings)["pid"]
        with lease_server(settings, server_command=["false"]) as second:
            assert second == first
        settings.leases.joinpath(str(os.getpid())).touch()
        assert find_server(settings) == first
    _wait_for_end(pid)


def test_a_server_that_gives_way_leads_to_the_one_that_it_gave_way_to(settings):
    settings.leases.mkdir()
    (settings.leases / "1").touch()
    slow = subprocess.Popen(_command(settings, "import time; time.sleep(0.5)\n" + _SERVER))

    with lease_server(settings, server_command=["false"]):
        assert _record(settings)["pid"] == slow.pid

    (settings.leases / "1").unlink()
    slow.wait(timeout=20)


def test_a_server_that_cannot_start_is_said_with_the_last_lines_of_its_log(settings):
    command = [sys.executable, "-c", "import sys; sys.exit('The database is broken.')"]

    with (
        pytest.raises(ServerUnreachable, match=r"ended with status 1.*The database is broken\."),
        lease_server(settings, server_command=command),
    ):
        pass

    assert list(settings.leases.iterdir()) == []


@pytest.mark.parametrize(
    "record",
    [b"", b"{", b"[]", b'{"pid": "x", "url": 1}', b'{"pid": 999999999, "url": "http://127.0.0.1:9"}'],
)
def test_a_record_that_is_broken_or_of_a_dead_process_is_no_server(settings, record):
    settings.server_record.write_bytes(record)

    assert find_server(settings) is None


def test_a_living_process_that_does_not_answer_is_no_server(settings):
    settings.server_record.write_text(json.dumps({"pid": os.getpid(), "url": "http://127.0.0.1:9"}))

    assert find_server(settings) is None
