"""The adapters that vLLM has loaded: each at its first request, the one unused for longest dropped."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tuneport.core import EngineFailed
from tuneport.inference.vllm.options import ADAPTERS_LOADED
from tuneport.inference.vllm.translate import error_message


class LoadedAdapters:
    def __init__(self, http: httpx.AsyncClient, max_loaded: int = ADAPTERS_LOADED) -> None:
        self._http = http
        self._max_loaded = max_loaded
        self._loaded: OrderedDict[str, None] = OrderedDict()
        self._users: Counter[str] = Counter()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def using(self, folder: str | None) -> AsyncIterator[None]:
        """Hold the adapter of `folder` loaded; `None` needs none. Raises `EngineFailed`."""
        if folder is None:
            yield
            return
        self._users[folder] += 1
        try:
            # Whoever goes away meanwhile leaves it loaded, and known as that.
            await asyncio.shield(self._ensure(folder))
            yield
        finally:
            self._users[folder] -= 1

    async def _ensure(self, folder: str) -> None:
        async with self._turn:
            if folder not in self._loaded:
                await self._make_room()
                await self._load(folder)
            self._loaded[folder] = None
            self._loaded.move_to_end(folder)

    async def _load(self, folder: str) -> None:
        answer = await self._http.post("/v1/load_lora_adapter", json={"lora_name": folder, "lora_path": folder})
        if answer.is_success:
            return
        if not Path(folder).is_dir():
            raise EngineFailed(
                f"The adapter {Path(folder).name} is no longer on disk. Was the model deleted?", code="model_not_found"
            )
        reason = error_message(read_answer(answer))
        raise EngineFailed(f"vLLM can't load the adapter {folder}: {reason}", code="answer_failed")

    async def _make_room(self) -> None:
        """Drop adapters that no request uses; where all are in use, vLLM itself makes them take turns."""
        for folder in [folder for folder in self._loaded if not self._users[folder]]:
            if len(self._loaded) < self._max_loaded:
                return
            del self._loaded[folder]
            # An answer that says no means that it has gone already.
            await self._http.post("/v1/unload_lora_adapter", json={"lora_name": folder})


def read_answer(answer: httpx.Response) -> object:
    """Give the JSON of an answer, or its text where it is none."""
    try:
        return answer.json()
    except ValueError:
        return answer.text
