"""The server process: it holds the home folder, listens, works, and leaves in order when it is told to."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from types import FrameType

import uvicorn

from tuneport.api.app import build_app
from tuneport.api.batches import answer_line
from tuneport.api.bounded_http import BoundedHttp
from tuneport.api.home_lock import home_lock, owner_key_file, server_record
from tuneport.api.leases import watch_leases
from tuneport.api.listening import listen, require_key, url_of
from tuneport.config import Settings
from tuneport.core import TuneportError
from tuneport.workspace import Runner, Workspace

log = logging.getLogger(__name__)

STREAM_SECONDS = 3
"""An answer that is still being written gets so long when the server leaves."""


def serve(settings: Settings, *, runner: Runner | None = None) -> int:
    """Run the server until a signal ends it; give the exit status. A second signal ends it at once.

    `runner`: where training happens; `None` starts a child process.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("tuneport").setLevel(logging.INFO)
    stopping = threading.Event()
    _stop_on_signals(stopping)
    try:
        with home_lock(settings):
            workspace = Workspace(settings, runner=runner, answer_line=answer_line)
            require_key(settings, has_key=workspace.callers.has_key_for_others())
            with listen(settings) as listener, owner_key_file(settings, workspace.callers.owner_key):
                _work(workspace, listener, stopping)
    except TuneportError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


def _work(workspace: Workspace, listener: socket.socket, stopping: threading.Event) -> None:
    settings = workspace.settings
    http = uvicorn.Server(
        uvicorn.Config(
            build_app(workspace),
            log_config=None,
            access_log=False,
            server_header=False,
            loop="uvloop",
            http=BoundedHttp,
            timeout_graceful_shutdown=STREAM_SECONDS,
        )
    )
    url = url_of(listener)
    # In a thread of its own: there it leaves signals to us, and the order in which things end.
    http_thread = threading.Thread(target=_run_http, args=(http, listener, stopping), name="http")
    workspace.start()
    http_thread.start()
    try:
        with server_record(settings, url):
            log.info("listening on %s, home %s", url, settings.home)
            _watch_leases(settings, stopping)
            stopping.wait()
    finally:
        log.info("leaving")
        http.should_exit = True
        http_thread.join()
        workspace.stop()


def _run_http(http: uvicorn.Server, listener: socket.socket, stopping: threading.Event) -> None:
    try:
        http.run(sockets=[listener])
    finally:
        # Without it there is no server: nothing must wait on.
        stopping.set()


def _watch_leases(settings: Settings, stopping: threading.Event) -> None:
    if settings.until_unused:
        arguments = (settings.leases, stopping, stopping.set)
        threading.Thread(target=watch_leases, args=arguments, name="leases", daemon=True).start()


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        if stopping.is_set():
            # The training process sees that its parent is gone, and ends.
            os._exit(128 + number)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
