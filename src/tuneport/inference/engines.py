"""The engines of a server: one for each base model that is asked, none for those that are not."""

from __future__ import annotations

import threading
from pathlib import Path

from tuneport.inference.client import EngineClient

CHECK_SECONDS = 5.0


class Engines:
    def __init__(self, logs: Path, *, idle_seconds: float, max_queued: int) -> None:
        self._logs = logs
        self._idle_seconds = idle_seconds
        self._max_queued = max_queued
        self._clients: dict[Path, EngineClient] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        threading.Thread(target=self._stop_idle_ones, name="idle engines", daemon=True).start()

    def client_for(self, model_folder: Path) -> EngineClient:
        """Give the engine of a base model; its process starts with the first request."""
        with self._lock:
            if model_folder not in self._clients:
                self._clients[model_folder] = EngineClient(
                    model_folder,
                    self._logs / f"engine-{model_folder.name}.log",
                    idle_seconds=self._idle_seconds,
                    max_queued=self._max_queued,
                )
            return self._clients[model_folder]

    def stop(self) -> None:
        """End every engine process."""
        self._stopping.set()
        for client in self._all():
            client.close()

    def _stop_idle_ones(self) -> None:
        while not self._stopping.wait(CHECK_SECONDS):
            for client in self._all():
                client.stop_if_idle()

    def _all(self) -> list[EngineClient]:
        with self._lock:
            return list(self._clients.values())
