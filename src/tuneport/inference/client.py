"""The server's side of an engine: started by the first request, watched, restarted after a crash, stopped when idle."""

from __future__ import annotations

import contextlib
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import orjson

from tuneport.core import Check, EngineFailed, go_on
from tuneport.inference.observation import Exchange, Observer, observe_nothing, observed
from tuneport.inference.protocol import (
    READY,
    EmbedRequest,
    EndEvent,
    EngineEvent,
    FailedEvent,
    GenerateRequest,
    TokenEvent,
    VectorEvent,
    decode_event,
    encode,
)
from tuneport.inference.vllm import VllmProgram

START_SECONDS = 300
CHECK_SECONDS = 0.25
"""How often a request that waits for its next token looks whether somebody waits for it."""


class EngineClient:
    """One base model's engine. Safe to use from many threads."""

    def __init__(
        self,
        model_folder: Path,
        log_file: Path,
        *,
        idle_seconds: float,
        max_queued: int,
        quantization: Literal["none", "nf4"] = "none",
        task: Literal["text", "embedding"] = "text",
        vllm: VllmProgram | None = None,
        observer: Observer = observe_nothing,
        before_start: Callable[[], None] = lambda: None,
    ) -> None:
        """`vllm`: who computes, if not our own code. `before_start` is called before each start of the process."""
        self.model = model_folder.name
        self.is_pinned = False
        """Whether the process stays while nobody asks."""
        self._observer = observer
        how = (f"--quantization={quantization}", f"--task={task}") if vllm is None else vllm.arguments()
        self._arguments = (str(model_folder), *how)
        self._before_start = before_start
        self._log_file = log_file
        self._idle_seconds = idle_seconds
        self._max_queued = max_queued
        # A stream that nobody holds any more is closed by whichever thread collects garbage, also one that is in here.
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._inboxes: dict[str, queue.Queue[EngineEvent]] = {}
        self._connection_of: dict[str, _Connection] = {}
        self._connection: _Connection | None = None
        self._used_at = time.monotonic()
        self._is_closed = False

    def generate(self, request: GenerateRequest, check: Check = go_on) -> Generator[TokenEvent | EndEvent]:
        """Give the tokens of an answer as they come, then its end; closing the iterator cancels the request.

        So does what `check` raises, which is called with each token, and while the request waits for one.

        Raises `EngineFailed` where the engine is full, can't start, or dies in mid-answer.
        """
        exchange = Exchange(self.model, prompt_tokens=len(request.token_ids))
        with observed(exchange, self._observer), closing(self._exchange("generate", request, check)) as events:
            for event in events:
                assert not isinstance(event, VectorEvent)
                if isinstance(event, EndEvent):
                    exchange.note_end(event.cached_tokens)
                else:
                    exchange.note_token()
                yield event

    def embed(self, request: EmbedRequest) -> list[bytes]:
        """Give each input's vector, as 32-bit floats. Raises as `generate` does."""
        vectors: dict[int, bytes] = {}
        for event in self._exchange("embed", request):
            if isinstance(event, VectorEvent):
                vectors[event.index] = b64decode(event.vector)
        return [vectors[index] for index in range(len(request.inputs))]

    def _exchange(
        self, kind: str, request: GenerateRequest | EmbedRequest, check: Check = go_on
    ) -> Generator[TokenEvent | VectorEvent | EndEvent]:
        """Hand the request to the engine and give what it says, up to the end."""
        inbox = self._register(request.id)
        is_over = False
        try:
            connection = self._connect(request.id)
            connection.send({"kind": kind, "request": asdict(request)})
            while not is_over:
                event = _next_event(inbox, check)
                is_over = not isinstance(event, TokenEvent | VectorEvent)
                if isinstance(event, FailedEvent):
                    raise EngineFailed(event.message, code=event.code)
                yield event
        finally:
            self._forget(request.id, cancel=not is_over)

    @property
    def n_requests(self) -> int:
        """Requests that wait for this engine, or that it answers."""
        return len(self._inboxes)

    @property
    def is_running(self) -> bool:
        return self._connection is not None

    def close(self) -> None:
        """End the engine process for good; requests under way fail, and later ones are refused."""
        with self._lock:
            self._is_closed = True
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.end()

    def start(self) -> None:
        """Start the engine process, if it does not run, before anybody asks. Raises `EngineFailed`."""
        self._connect(None)

    def stop_if_idle(self) -> None:
        """End the engine process if it has had nothing to do for long enough."""
        self._stop_if_unused_for(self._idle_seconds)

    def give_way(self) -> None:
        """End the engine process if it has nothing to do right now; the next request starts it again."""
        self._stop_if_unused_for(0)

    def _stop_if_unused_for(self, seconds: float) -> None:
        with self._lock:
            if self.is_pinned or self._inboxes or time.monotonic() - self._used_at <= seconds:
                return
            # Whoever asks from here on starts a new engine.
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.end()

    def _register(self, request_id: str) -> queue.Queue[EngineEvent]:
        with self._lock:
            if len(self._inboxes) >= self._max_queued:
                raise EngineFailed(
                    f"{len(self._inboxes)} requests wait for this model already, which is the limit. Try again later.",
                    code="engine_busy",
                )
            inbox: queue.Queue[EngineEvent] = queue.Queue()
            self._inboxes[request_id] = inbox
            return inbox

    def _forget(self, request_id: str, *, cancel: bool) -> None:
        with self._lock:
            self._inboxes.pop(request_id, None)
            connection = self._connection_of.pop(request_id, None)
            self._used_at = time.monotonic()
        if cancel and connection is not None:
            connection.send({"kind": "cancel", "id": request_id})

    def _connect(self, request_id: str | None) -> _Connection:
        """Give the engine's connection, which from now on owes `request_id` an end, unless that is `None`."""
        # One thread starts the engine; the others wait for it here.
        with self._starting:
            with self._lock:
                if self._is_closed:
                    raise EngineFailed("The server is leaving; no engine starts any more.", code="server_stopping")
                if self._connection is not None:
                    self._owe(request_id, self._connection)
                    return self._connection
            self._before_start()
            connection = _Connection(self._arguments, self._log_file)
            with self._lock:
                self._connection = connection
                self._owe(request_id, connection)
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()
            return connection

    def _owe(self, request_id: str | None, connection: _Connection) -> None:
        if request_id is not None:
            self._connection_of[request_id] = connection

    def _read(self, connection: _Connection) -> None:
        """Hand each event to its request until the engine is gone; then fail every request that it left."""
        for event in connection.events():
            with self._lock:
                inbox = self._inboxes.get(event.id)
            if inbox is not None:
                inbox.put(event)
        with self._lock:
            if self._connection is connection:
                self._connection = None
        reason = connection.close()
        with self._lock:
            orphans = [request_id for request_id, owner in self._connection_of.copy().items() if owner is connection]
            for request_id in orphans:
                inbox = self._inboxes.get(request_id)
                if inbox is not None:
                    inbox.put(FailedEvent(request_id, reason, "engine_failed"))


def _next_event(inbox: queue.Queue[EngineEvent], check: Check) -> EngineEvent:
    while True:
        check()
        with contextlib.suppress(queue.Empty):
            return inbox.get(timeout=CHECK_SECONDS)


class _Connection:
    """An engine process and the socket to it."""

    def __init__(self, arguments: tuple[str, ...], log_file: Path) -> None:
        self._log_file = log_file
        self._send_lock = threading.RLock()
        log_file.parent.mkdir(parents=True, exist_ok=True)
        # A path of its own: the home folder's may be longer than the 107 bytes that a socket's name has room for.
        with tempfile.TemporaryDirectory(prefix="tuneport-") as folder:
            socket_path = Path(folder) / "engine.sock"
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(socket_path))
            listener.listen(1)
            listener.settimeout(0.2)
            command = [sys.executable, "-m", "tuneport.inference", *arguments, str(socket_path)]
            with log_file.open("ab") as log:
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            self._socket = self._accept(listener)
        self._lines = self._socket.makefile("rb")
        if self._lines.readline() != encode(READY):
            raise EngineFailed(self.close())

    def send(self, message: dict[str, object]) -> None:
        """Hand a message to the engine; one that is gone is noticed by the reader, which fails its requests."""
        try:
            line = encode(message)
            with self._send_lock:
                self._socket.sendall(line)
        except OSError as error:
            if message["kind"] != "cancel":
                raise EngineFailed(self.end()) from error

    def events(self) -> Iterator[EngineEvent]:
        try:
            for line in self._lines:
                yield decode_event(orjson.loads(line))
        except OSError:
            return

    def end(self) -> str:
        """End the process, which goes when its connection does. Says how it ended."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        return self._end_process()

    def close(self) -> str:
        """End the process and close the socket. Only who reads `events` may call this."""
        reason = self.end()
        self._lines.close()
        self._socket.close()
        return reason

    def _end_process(self) -> str:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        return (
            f"The inference engine ended (exit status {status}) before the answer did; the next request starts it "
            f"again. Its log: {self._log_file}"
        )

    def _accept(self, listener: socket.socket) -> socket.socket:
        deadline = time.monotonic() + START_SECONDS
        with listener:
            while time.monotonic() < deadline:
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    if self._process.poll() is not None:
                        break
                    continue
                connection.settimeout(None)
                return connection
        raise EngineFailed(self._end_process())
