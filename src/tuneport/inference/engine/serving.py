"""The engine process: one model, one socket, one loop."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import orjson
import torch

from tuneport.core import EngineFailed
from tuneport.inference.engine.embedder import Embedder
from tuneport.inference.engine.model_runtime import load_runtime
from tuneport.inference.engine.scheduler import Scheduler
from tuneport.inference.protocol import (
    READY,
    EmbedRequest,
    EngineEvent,
    FailedEvent,
    GenerateRequest,
    encode,
    encode_event,
)
from tuneport.models import load_encoder, pick_device, use_threads

Message = dict[str, Any]
Model = TypeVar("Model")

_OF_THE_MACHINE = ("memory", "CUDA")
"""Words in errors of torch that say nothing of the model: free memory, or a GPU, may be there next time."""


class Worker(Protocol):
    """Holds requests and a model."""

    @property
    def is_idle(self) -> bool: ...

    def cancel(self, request_id: str) -> None: ...

    def step(self) -> None: ...


def serve_engine(model_folder: Path, socket_path: Path, *, quantization: Literal["none", "nf4"]) -> None:
    """Connect to the server's socket, load the model, and answer until the server closes the connection."""
    outbox = _Outbox(_connect(socket_path))
    runtime = _loaded(outbox, lambda: load_runtime(model_folder, quantization=quantization))
    scheduler = Scheduler(runtime, outbox.put)
    _serve(outbox, scheduler, lambda request: scheduler.submit(GenerateRequest(**request)))


def serve_embedder(model_folder: Path, socket_path: Path) -> None:
    """Do as `serve_engine` does for a model that makes vectors."""
    outbox = _Outbox(_connect(socket_path))
    embedder = Embedder(_loaded(outbox, lambda: load_encoder(model_folder, pick_device("auto"))), outbox.put)
    _serve(outbox, embedder, lambda request: embedder.submit(EmbedRequest(**request)))


def _connect(socket_path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(str(socket_path))
    use_threads(None)
    return connection


def _loaded(outbox: _Outbox, load: Callable[[], Model]) -> Model:
    """Load the model; where that fails, tell the server why before this process ends by it."""
    try:
        return load()
    except Exception as error:
        outbox.put(start_failure(error))
        outbox.send()
        raise


def start_failure(error: Exception) -> FailedEvent:
    """Give what the server is told instead of "ready": is it the model that can't be served, or the machine's state?"""
    if isinstance(error, EngineFailed):
        return FailedEvent("", error.message, error.code)
    message = f"The inference engine did not start: {type(error).__name__}: {str(error).rstrip('.')}."
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in _OF_THE_MACHINE):
        return FailedEvent("", message, "engine_failed")
    return FailedEvent("", message, "engine_start_failed")


class _Outbox:
    """Collects what a step says, to be sent at once."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._lines: list[bytes] = []

    def put(self, event: EngineEvent) -> None:
        self._lines.append(encode_event(event))

    def send(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self.connection.sendall(b"".join(lines))


def _serve(outbox: _Outbox, worker: Worker, submit: Callable[[Message], None]) -> None:
    inbox: queue.Queue[Message | None] = queue.Queue()
    threading.Thread(target=_read, args=(outbox.connection, inbox), daemon=True).start()
    outbox.connection.sendall(encode(READY))
    while True:
        # With nothing to compute, wait for a message; else take only what has come.
        while worker.is_idle or not inbox.empty():
            message = inbox.get()
            if message is None:
                return
            if message["kind"] == "cancel":
                worker.cancel(message["id"])
            else:
                submit(message["request"])
        worker.step()
        outbox.send()


def _read(connection: socket.socket, inbox: queue.Queue[Message | None]) -> None:
    """Put each message into `inbox`, and `None` when the server is gone."""
    with connection.makefile("rb") as lines:
        for line in lines:
            inbox.put(orjson.loads(line))
    inbox.put(None)
