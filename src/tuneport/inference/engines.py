"""The engines of a server: one for each base model that is asked, none for those that are not.

A tuned model that can't share its base model with others has an engine of its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from tuneport.core import EngineFailed
from tuneport.inference.client import EngineClient
from tuneport.inference.observation import Observer, observe_nothing
from tuneport.inference.vllm import VllmOptions, VllmProgram

_LOG = logging.getLogger(__name__)
CHECK_SECONDS = 5.0


class Engines:
    def __init__(
        self,
        logs: Path,
        *,
        idle_seconds: float,
        max_queued: int,
        vllm: VllmOptions | None = None,
        observer: Observer = observe_nothing,
    ) -> None:
        """`vllm`: how it is used for the models that it can serve; `None` serves all by our own code.

        `observer` is told of each answer once it is over.
        """
        self.vllm = vllm
        self._observer = observer
        self._logs = logs
        self._idle_seconds = idle_seconds
        self._max_queued = max_queued
        self._clients: dict[tuple[Path, str, Path | None, bool], EngineClient] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        threading.Thread(target=self._stop_idle_ones, name="idle engines", daemon=True).start()

    def client_for(
        self,
        model_folder: Path,
        *,
        name: str | None = None,
        quantization: Literal["none", "nf4"] = "none",
        only_adapter: Path | None = None,
        task: Literal["text", "embedding"] = "text",
        vllm_context_tokens: int | None = None,
    ) -> EngineClient:
        """Give the engine of the model in this folder, held so; its process starts with the first request.

        `name`: what its log is called by, the folder's if `None`. `only_adapter`: an adapter that needs the engine for
        itself, as it can't be in one batch with another. `task`: what the model writes. `vllm_context_tokens`: the
        model's context, where vLLM can serve what is asked for, which it then does if it is used at all.
        """
        program = VllmProgram(self.vllm, vllm_context_tokens) if self.vllm and vllm_context_tokens else None
        key = (model_folder, quantization, only_adapter, program is not None)
        with self._lock:
            if key not in self._clients:
                name = name or model_folder.name
                self._clients[key] = EngineClient(
                    model_folder,
                    self._logs / _log_name(name, "vllm" if program else quantization),
                    idle_seconds=self._idle_seconds,
                    max_queued=self._max_queued,
                    quantization=quantization,
                    task=task,
                    vllm=program,
                    observer=self._observer,
                    # It takes a fixed share of the memory, so two that are idle would keep a third from starting.
                    before_start=self.give_way if program else _do_nothing,
                )
                if self._stopping.is_set():
                    self._clients[key].close()
            return self._clients[key]

    def pin(self, pinned: Collection[EngineClient]) -> None:
        """Keep the processes of these engines, and start those that do not run; the others may end when idle."""
        for client in self.clients():
            client.is_pinned = client in pinned
        for client in pinned:
            try:
                client.start()
            except EngineFailed as error:
                # It is tried again with the next call; the others are not to wait for that.
                _LOG.warning("the engine of the pinned model %s does not start: %s", client.model, error.message)

    def give_way(self) -> None:
        """End the engines that have nothing to do and are not pinned: something else needs the memory."""
        for client in self.clients():
            client.give_way()

    def stop(self) -> None:
        """End every engine process."""
        self._stopping.set()
        for client in self.clients():
            client.close()

    def _stop_idle_ones(self) -> None:
        while not self._stopping.wait(CHECK_SECONDS):
            for client in self.clients():
                client.stop_if_idle()

    def clients(self) -> list[EngineClient]:
        """Give those that were asked for so far, running or not."""
        with self._lock:
            return list(self._clients.values())


def _do_nothing() -> None:
    """What our own engine needs before its start: it takes the memory that is there."""


def _log_name(name: str, kind: str) -> str:
    # Names of tuned models have colons, which not every file system takes.
    return f"engine-{name.replace(':', '-')}{'' if kind == 'none' else f'-{kind}'}.log"
