"""The plain file of the example and the engine are the same training."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from training_runs import new_run, train
from tuneport.config import AdapterSection, RunFolder

EXAMPLES = Path(__file__).parents[2] / "examples"
ROWS = EXAMPLES / "limericks/train.jsonl"
SEED = 7
"""That of `new_run`."""


@pytest.fixture(scope="module")
def teaching_loop() -> ModuleType:
    spec = importlib.util.spec_from_file_location("one_file_sft", EXAMPLES / "one_file_sft/train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain_losses(teaching_loop, model_folder, *, n_epochs, batch_size, learning_rate):
    options = argparse.Namespace(n_epochs=n_epochs, batch_size=batch_size, learning_rate=learning_rate, seed=SEED)
    rows = teaching_loop.read_rows(ROWS, teaching_loop.load_tokenizer(model_folder))
    return list(teaching_loop.train(teaching_loop.load_model(model_folder, SEED), rows, options))


def engine_losses(run: RunFolder) -> list[float]:
    assert train(run) == 0
    return [step.train_loss for step in run.read_metrics()[0]]


def test_the_teaching_loop_has_the_engines_first_ten_losses(teaching_loop, tiny_model_dir, tmp_path):
    choices = {"n_epochs": 4, "batch_size": 4, "learning_rate": 1e-2}
    run = new_run(tmp_path, tiny_model_dir, ROWS, adapter=AdapterSection(), **choices)

    ours = engine_losses(run)
    plain = plain_losses(teaching_loop, tiny_model_dir, **choices)

    assert len(ours) == 12
    assert ours[9] < ours[0]
    assert plain[:10] == pytest.approx(ours[:10], rel=1e-5)


def test_the_teaching_loop_has_the_engines_losses_on_the_real_model(teaching_loop, base_model_dir, tmp_path):
    choices = {"n_epochs": 1, "batch_size": 4, "learning_rate": 1e-3}
    run = new_run(tmp_path, base_model_dir, ROWS, adapter=AdapterSection(), **choices)

    ours = engine_losses(run)
    plain = plain_losses(teaching_loop, base_model_dir, **choices)

    assert len(ours) == 3
    assert plain == pytest.approx(ours, rel=5e-5)


def test_the_teaching_loop_is_short_and_needs_nothing_of_tuneport():
    text = (EXAMPLES / "one_file_sft/train.py").read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 150
    assert "import tuneport" not in text
    assert "from tuneport" not in text
