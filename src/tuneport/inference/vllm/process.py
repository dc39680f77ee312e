"""The process of `vllm serve`: started, waited for, and ended with all that it started."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import httpx

START_SECONDS = 1800
"""It reads the model, measures its memory, and compiles."""
END_SECONDS = 3
_LOOK_SECONDS = 0.1
_END_WITH_PARENT = 1
"""Linux's PR_SET_PDEATHSIG."""


@contextlib.asynccontextmanager
async def running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """Start vLLM in a group of its own, and end the group at the end; what it says goes where we say ours."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=DEVNULL, start_new_session=True, preexec_fn=_parent_ends_it()
    )
    try:
        yield process
    finally:
        await _end(process)


async def is_healthy(http: httpx.AsyncClient, process: Process) -> bool:
    """Wait until vLLM answers, and say whether it came to that."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            while process.returncode is None:
                with contextlib.suppress(httpx.TransportError):
                    if (await http.get("/health", timeout=5)).is_success:
                        return True
                await asyncio.sleep(_LOOK_SECONDS)
    return False


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), END_SECONDS)
    # Its own processes hold the GPU's memory.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _parent_ends_it() -> Callable[[], int] | None:
    """Give what the new process does first: ask the system to end it when this one is killed, where that can be."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return lambda: int(library.prctl(_END_WITH_PARENT, signal.SIGTERM))
