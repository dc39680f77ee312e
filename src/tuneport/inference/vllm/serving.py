"""The engine process that lets vLLM compute: the server's words on one side, vLLM's on the other."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from asyncio import FIRST_COMPLETED, StreamReader, StreamWriter, Task
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import orjson

from tuneport.core import EngineFailed, StreamedLines
from tuneport.inference.protocol import READY, EngineEvent, FailedEvent, GenerateRequest, encode, encode_event
from tuneport.inference.vllm import translate
from tuneport.inference.vllm.adapters import LoadedAdapters, read_answer
from tuneport.inference.vllm.options import VllmProgram, serve_arguments, serve_environment
from tuneport.inference.vllm.process import is_healthy, running

_LOG = logging.getLogger(__name__)
LONGEST_MESSAGE_BYTES = 2**28
_DYING_SECONDS = 5


def serve_vllm(model_folder: Path, socket_path: Path, program: VllmProgram) -> int:
    """Connect to the server's socket and answer through vLLM until the server closes the connection, or vLLM ends.

    Gives the exit status: 0 where the server closed it.
    """
    return asyncio.run(_serve(model_folder, socket_path, program))


async def _serve(model_folder: Path, socket_path: Path, program: VllmProgram) -> int:
    reader, writer = await asyncio.open_unix_connection(str(socket_path), limit=LONGEST_MESSAGE_BYTES)
    with tempfile.TemporaryDirectory(prefix="tuneport-vllm-") as folder:
        socket = Path(folder) / "vllm.sock"
        command = serve_arguments(program, model_folder, socket)
        async with running(command, serve_environment(program.options, os.environ)) as process, _http(socket) as http:
            talk = asyncio.create_task(_Bridge(http, process, writer).talk(reader))
            ended = asyncio.create_task(_announce(http, process, writer))
            await asyncio.wait({talk, ended}, return_when=FIRST_COMPLETED)
            is_over = talk.done()
            for task in (talk, ended):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
    return 0 if is_over else 1


def _http(socket: Path) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(uds=str(socket), limits=httpx.Limits(max_connections=None))
    # An answer may wait its turn for long.
    return httpx.AsyncClient(transport=transport, base_url="http://vllm", timeout=None)


async def _announce(http: httpx.AsyncClient, process: Process, writer: StreamWriter) -> None:
    """Tell the server that vLLM is there, if it comes to that, and wait until it is no more."""
    if await is_healthy(http, process):
        writer.write(encode(READY))
        await process.wait()


class _Bridge:
    def __init__(self, http: httpx.AsyncClient, process: Process, writer: StreamWriter) -> None:
        self._http = http
        self._process = process
        self._writer = writer
        self._adapters = LoadedAdapters(http)
        self._answers: dict[str, Task[None]] = {}

    async def talk(self, reader: StreamReader) -> None:
        """Take the server's messages until it is gone."""
        try:
            while line := await reader.readline():
                self._take(orjson.loads(line))
        finally:
            for answer in self._answers.values():
                answer.cancel()

    def _take(self, message: dict[str, Any]) -> None:
        if message["kind"] == "cancel":
            if message["id"] in self._answers:
                self._answers[message["id"]].cancel()
            return
        request = GenerateRequest(**message["request"])
        self._answers[request.id] = asyncio.create_task(self._answer(request))
        self._answers[request.id].add_done_callback(lambda _: self._answers.pop(request.id, None))

    async def _answer(self, request: GenerateRequest) -> None:
        try:
            async with self._adapters.using(request.adapter_dir):
                async for event in self._events(request):
                    self._writer.write(encode_event(event))
        except EngineFailed as error:
            self._fail(request, error)
        except httpx.TransportError as error:
            # Where vLLM is gone, this process goes too, and the server fails what it was owed.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _DYING_SECONDS)
            if self._process.returncode is None:
                self._fail(request, EngineFailed(f"vLLM did not answer: {error!r}."))
        except Exception as error:
            # Whoever is told nothing waits for ever.
            _LOG.exception("the answer %s failed", request.id)
            self._fail(request, EngineFailed(f"vLLM said what can't be read: {error!r}.", code="answer_failed"))

    async def _events(self, request: GenerateRequest) -> AsyncIterator[EngineEvent]:
        stream = translate.StreamReader(request)
        body = translate.completion_body(request)
        async with self._http.stream("POST", "/v1/completions", json=body) as answer:
            if not answer.is_success:
                await answer.aread()
                refusal = f"vLLM refused the request: {translate.error_message(read_answer(answer))}"
                raise EngineFailed(refusal, code="answer_failed" if request.grammar is None else "grammar_failed")
            lines = StreamedLines()
            async for piece in answer.aiter_bytes():
                for line in lines.add(piece):
                    for event in stream.read(line):
                        yield event
        yield stream.end()

    def _fail(self, request: GenerateRequest, error: EngineFailed) -> None:
        self._writer.write(encode_event(FailedEvent(request.id, error.message, error.code)))
