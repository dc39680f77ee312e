from __future__ import annotations

from benchmarks.loop_profile import PARTS, STEP, model_share, profile_run
from tuneport.catalog import pull
from tuneport.config import Settings


def test_each_part_of_a_step_is_timed_and_lies_within_the_step(tiny_model_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("TUNEPORT_HOME", str(tmp_path))
    pull(str(tiny_model_dir), Settings(), name="tiny", on_progress=lambda progress: None)

    seconds = profile_run(base_model="tiny", n_rows=2, batch_size=1)

    inside = [seconds[name] for name, _, _ in PARTS if name != STEP]
    assert all(part > 0 for part in inside)
    assert sum(inside) <= seconds[STEP]
    assert 0 < model_share(seconds) < 1
