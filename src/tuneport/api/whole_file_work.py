"""Work on whole files takes a core as long as it lasts: there is as much of it at once as there are cores.

The others wait on the event loop, so that they take no thread from who asks for something small.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from tuneport.core import available_cores


def limit_whole_file_work(app: FastAPI) -> None:
    app.state.whole_file_work = asyncio.Semaphore(available_cores())


async def _turn(request: Request) -> AsyncIterator[AsyncExitStack]:
    async with request.app.state.whole_file_work, AsyncExitStack() as at_end:
        yield at_end


WHOLE_FILE_WORK = Depends(_turn)
"""For `dependencies=` of a route or router."""
WholeFileTurn = Annotated[AsyncExitStack, WHOLE_FILE_WORK]
"""What a route pushes on it is done before the turn ends, also where the client has gone away."""
