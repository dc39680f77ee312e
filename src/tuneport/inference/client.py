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
from concurrent.futures import Future, wait
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
"""How often a request that waits, for the engine's start or its next token, looks whether somebody waits for it."""


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
        self._start: Future[_Connection] | None = None
        """The start that is under way, which all who need the engine wait for."""
        self._starting: _Connection | None = None
        """Its process."""
        self._waiting_for_start: set[str] = set()
        self._inboxes: dict[str, queue.Queue[EngineEvent]] = {}
        self._connection_of: dict[str, _Connection] = {}
        self._connection: _Connection | None = None
        self._used_at = time.monotonic()
        self._is_closed = False

    def generate(
        self, request: GenerateRequest, check: Check = go_on, *, is_enough: Callable[[], bool] = lambda: False
    ) -> Generator[TokenEvent | EndEvent]:
        """Give the tokens of an answer as they come, then its end; closing the iterator cancels the request.

        So does what `check` raises, which is called with each token, and while the request waits for one.
        `is_enough`: asked after each token; the answer ends where its reader wants no more.

        Raises `EngineFailed` where the engine is full, can't start, or dies in mid-answer.
        """
        exchange = Exchange(self.model, prompt_tokens=len(request.token_ids))
        with observed(exchange, self._observer), closing(self._exchange("generate", request, check)) as events:
            for event in events:
                assert not isinstance(event, VectorEvent)
                if isinstance(event, EndEvent):
                    exchange.note_end(event.cached_tokens)
                    yield event
                    continue
                exchange.note_token(event.cached_tokens)
                yield event
                if is_enough():
                    events.close()
                    exchange.note_end(exchange.cached_tokens)
                    yield EndEvent(request.id, "stop", exchange.cached_tokens)
                    return

    def embed(self, request: EmbedRequest, check: Check = go_on) -> list[bytes]:
        """Give each input's vector, as 32-bit floats; what `check` raises cancels. Raises as `generate` does."""
        vectors: dict[int, bytes] = {}
        exchange = Exchange(self.model, prompt_tokens=sum(map(len, request.inputs)))
        with observed(exchange, self._observer):
            for event in self._exchange("embed", request, check):
                if isinstance(event, VectorEvent):
                    vectors[event.index] = b64decode(event.vector)
            exchange.note_end(cached_tokens=0)
        return [vectors[index] for index in range(len(request.inputs))]

    def _exchange(
        self, kind: str, request: GenerateRequest | EmbedRequest, check: Check = go_on
    ) -> Generator[TokenEvent | VectorEvent | EndEvent]:
        """Hand the request to the engine and give what it says, up to the end."""
        inbox = self._register(request.id)
        is_over = False
        try:
            connection = self._connect(request.id, check)
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
        """End the engine process for good, even while it starts; requests under way fail, later ones are refused."""
        with self._lock:
            self._is_closed = True
            connections = [each for each in (self._connection, self._starting) if each is not None]
            self._connection = None
        for connection in connections:
            connection.end()

    def start(self) -> None:
        """Start the engine process, if it does not run, before anybody asks. Raises `EngineFailed`."""
        self._connect(None, go_on)

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
            self._waiting_for_start.discard(request_id)
            connection = self._connection_of.pop(request_id, None)
            self._used_at = time.monotonic()
        if cancel and connection is not None:
            connection.send({"kind": "cancel", "id": request_id})

    def _connect(self, request_id: str | None, check: Check) -> _Connection:
        """Give the engine's connection, which from now on owes `request_id` an end, unless that is `None`."""
        with self._lock:
            if self._is_closed:
                raise _stopping()
            if self._connection is not None:
                if request_id is not None:
                    self._connection_of[request_id] = self._connection
                return self._connection
            if self._start is None:
                self._start = Future()
                threading.Thread(target=self._fulfil, args=(self._start,), name="engine start", daemon=True).start()
            start = self._start
            if request_id is not None:
                self._waiting_for_start.add(request_id)
        while not wait([start], timeout=CHECK_SECONDS).done:
            check()
        return start.result()

    def _fulfil(self, start: Future[_Connection]) -> None:
        """Start the engine for all who wait; where that fails, it does so for all of them."""
        try:
            connection = self._started()
        except Exception as error:
            with self._lock:
                self._start = self._starting = None
                self._waiting_for_start.clear()
                is_closed = self._is_closed
            start.set_exception(_stopping() if is_closed else error)
            return
        threading.Thread(target=self._read, args=(connection,), daemon=True).start()
        start.set_result(connection)

    def _started(self) -> _Connection:
        self._before_start()
        connection = _Connection(self._arguments, self._log_file)
        with self._lock:
            self._starting = connection
            is_closed = self._is_closed
        if is_closed:
            connection.end()
        connection.wait_until_ready()
        with self._lock:
            if not self._is_closed:
                self._connection = connection
                self._connection_of |= dict.fromkeys(self._waiting_for_start, connection)
                self._waiting_for_start.clear()
                self._start = self._starting = None
                return connection
        raise EngineFailed(connection.close())

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


def _stopping() -> EngineFailed:
    return EngineFailed("The server is leaving; no engine starts any more.", code="server_stopping")


def _next_event(inbox: queue.Queue[EngineEvent], check: Check) -> EngineEvent:
    while True:
        check()
        with contextlib.suppress(queue.Empty):
            return inbox.get(timeout=CHECK_SECONDS)


class _Connection:
    """An engine process and the socket to it."""

    def __init__(self, arguments: tuple[str, ...], log_file: Path) -> None:
        """Start the process."""
        self._log_file = log_file
        self._send_lock = threading.RLock()
        self._socket: socket.socket | None = None
        log_file.parent.mkdir(parents=True, exist_ok=True)
        # A path of its own: the home folder's may be longer than the 107 bytes that a socket's name has room for.
        self._folder = tempfile.TemporaryDirectory(prefix="tuneport-")
        socket_path = Path(self._folder.name) / "engine.sock"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(socket_path))
        self._listener.listen(1)
        self._listener.settimeout(0.2)
        command = [sys.executable, "-m", "tuneport.inference", *arguments, str(socket_path)]
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_until_ready(self) -> None:
        """Wait until the engine has its model. Raises `EngineFailed` where it comes to nothing, or is ended."""
        with self._folder, self._listener:
            self._socket = self._accept()
        self._lines = self._socket.makefile("rb")
        first = self._lines.readline()
        if first == encode(READY):
            return
        reason, said = self.close(), decode_event(orjson.loads(first)) if first else None
        if isinstance(said, FailedEvent):
            raise EngineFailed(f"{said.message} Its log: {self._log_file}", code=said.code)
        raise EngineFailed(reason)

    def send(self, message: dict[str, object]) -> None:
        """Hand a message to the engine; one that is gone is noticed by the reader, which fails its requests."""
        try:
            line = encode(message)
            with self._send_lock:
                self._connected().sendall(line)
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
        if self._socket is None:
            # It has not got so far that it could notice.
            self._process.terminate()
        else:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        return self._end_process()

    def close(self) -> str:
        """End the process and close the socket. Only who reads `events` may call this."""
        reason = self.end()
        self._lines.close()
        self._connected().close()
        return reason

    def _connected(self) -> socket.socket:
        assert self._socket is not None
        return self._socket

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

    def _accept(self) -> socket.socket:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                if self._process.poll() is not None:
                    break
                continue
            connection.settimeout(None)
            return connection
        raise EngineFailed(self._end_process())
