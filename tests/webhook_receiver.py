"""A web server for a test, which keeps what it is sent and answers as it is told."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_SECONDS = 60


class Receiver:
    def __init__(self, url):
        self.url = url
        self.statuses = []
        """What it answers, one after the other; 200 once there are none left."""
        self.location = None
        """Where it redirects to."""
        self.received = []
        """Headers and body of each request."""

    def wait_for(self, count):
        """Give what it was sent once there are so many."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.received) < count:
            assert time.monotonic() < deadline, self.received
            time.sleep(0.02)
        return self.received


@contextmanager
def receiver():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            status = here.statuses.pop(0) if here.statuses else 200
            self.send_response(status)
            if here.location is not None:
                self.send_header("location", here.location)
            self.send_header("content-length", "0")
            self.end_headers()
            here.received.append((dict(self.headers.items()), body))

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield here
        server.shutdown()
