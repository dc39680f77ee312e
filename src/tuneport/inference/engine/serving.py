"""The engine process: one base model, one socket, one loop."""

from __future__ import annotations

import queue
import socket
import threading
from pathlib import Path
from typing import Any, Literal

import orjson

from tuneport.inference.engine.scheduler import Scheduler
from tuneport.inference.protocol import READY, GenerateRequest, encode, encode_event
from tuneport.models import load_base, pick_device, use_threads


def serve_engine(model_folder: Path, socket_path: Path, *, quantization: Literal["none", "nf4"]) -> None:
    """Connect to the server's socket, load the model, and answer until the server closes the connection."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(socket_path))
    use_threads(None)
    model = load_base(model_folder, pick_device("auto"), attention="sdpa", quantization=quantization)
    scheduler = Scheduler(model, lambda event: connection.sendall(encode_event(event)))
    inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
    threading.Thread(target=_read, args=(connection, inbox), daemon=True).start()
    connection.sendall(encode(READY))
    while True:
        # With nothing to compute, wait for a message; else take only what has come.
        while scheduler.is_idle or not inbox.empty():
            message = inbox.get()
            if message is None:
                return
            _handle(message, scheduler)
        scheduler.step()


def _handle(message: dict[str, Any], scheduler: Scheduler) -> None:
    if message["kind"] == "generate":
        scheduler.submit(GenerateRequest(**message["request"]))
    else:
        scheduler.cancel(message["id"])


def _read(connection: socket.socket, inbox: queue.Queue[dict[str, Any] | None]) -> None:
    """Put each message into `inbox`, and `None` when the server is gone."""
    with connection.makefile("rb") as lines:
        for line in lines:
            inbox.put(orjson.loads(line))
    inbox.put(None)
