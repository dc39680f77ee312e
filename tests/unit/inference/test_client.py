import gc
import threading

from tuneport.inference import EngineClient


class _Cycle:
    """Only the collector of garbage ends it."""

    def __init__(self, client):
        self.itself = self
        self._client = client

    def __del__(self):
        self._client._forget("left", cancel=True)


def test_a_stream_collected_while_another_begins_holds_nobody_up(tmp_path):
    client = EngineClient(tmp_path, tmp_path / "engine.log", idle_seconds=60, max_queued=2)
    client._register("left")

    def begin():
        with client._lock:
            gc.collect()
        client._register("next")

    _Cycle(client)
    beginning = threading.Thread(target=begin, daemon=True)
    beginning.start()
    beginning.join(timeout=10)

    assert not beginning.is_alive()
    assert client.n_requests == 1
