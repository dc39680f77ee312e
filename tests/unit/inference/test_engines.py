import pytest

from tuneport.core import EngineFailed
from tuneport.inference import EngineClient, Engines


class _Pinned(EngineClient):
    def __init__(self, folder, *, can_start):
        super().__init__(folder, folder / "engine.log", idle_seconds=60, max_queued=2)
        self.n_starts = 0
        self._can_start = can_start

    def start(self):
        self.n_starts += 1
        if not self._can_start:
            raise EngineFailed("no room")


def test_a_pinned_engine_that_can_not_start_keeps_no_other_from_it(tmp_path, caplog):
    engines = Engines(tmp_path, idle_seconds=60, max_queued=2)
    clients = [_Pinned(tmp_path / name, can_start=name != "bad") for name in ("first", "bad", "last")]

    engines.pin(clients)
    engines.stop()

    assert [client.n_starts for client in clients] == [1, 1, 1]
    assert "the pinned model bad does not start: no room" in caplog.text


def test_an_engine_asked_for_after_the_end_does_not_start(tmp_path):
    engines = Engines(tmp_path, idle_seconds=60, max_queued=2)
    engines.stop()

    with pytest.raises(EngineFailed) as failure:
        engines.client_for(tmp_path).start()

    assert failure.value.code == "server_stopping"
