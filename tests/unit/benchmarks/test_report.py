from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save_file

from benchmarks.against_trl.our_run import run_folder, write_run
from benchmarks.against_trl.report import write_report
from benchmarks.against_trl.setting import Setting, WorkFolder
from tuneport.config import RunResult, StepMetrics


def step(number, loss_sum):
    return StepMetrics(
        step=number,
        total_steps=2,
        epoch=1,
        loss_sum=loss_sum,
        loss_count=10,
        n_right=5,
        learning_rate=1e-3,
        grad_norm=1.0,
        seconds=2.0,
        tokens_seen=300,
        tokens_computed=100,
    )


@pytest.fixture
def work(tmp_path):
    """Our run took 4 seconds of steps and 1 of reference, theirs 20."""
    work = WorkFolder(tmp_path)
    write_run(work, Setting("supervised", "tiny", tmp_path, 512, 4, 1e-3, 1, 10**9))
    run = run_folder(work)
    run.metrics_file.write_text("".join(step(n, loss).model_dump_json() + "\n" for n, loss in ((1, 40.0), (2, 30.0))))
    run.write_result(
        RunResult(
            checkpoint="checkpoints/000002",
            steps=2,
            trained_tokens=600,
            seconds=9.0,
            peak_memory_bytes=3 * 10**9,
            final_train_loss=3.0,
        )
    )
    work.write_result("first_step", reference_seconds=1.0)
    work.write_result("theirs", seconds=20.0, losses=[4.5, 3.25], peak_memory_bytes=6 * 10**9, tokens_padded=500)
    for side, value in (("ours", 1.0), ("theirs", 1.5), ("exact", 2.0)):
        save_file({"weight": np.full(4, value, np.float32)}, work.gradient_file(side))
    return work


def test_ratios_are_theirs_over_ours_for_time_and_ours_over_theirs_for_memory(work):
    report = write_report(work, has_exact_gradient=False)

    assert report["speedup"] == pytest.approx(4.0)
    assert report["peak_memory_ratio"] == pytest.approx(0.5)
    assert (report["tokens_in_rows"], report["tokens_padded"], report["tokens_computed"]) == (600, 500, 200)


def test_the_loss_difference_is_the_largest_of_all_steps(work):
    report = write_report(work, has_exact_gradient=False)

    assert report["loss_difference"] == pytest.approx(0.5)
    assert report["final_loss_difference"] == pytest.approx(0.25)


def test_the_gradient_error_is_measured_against_the_peer_or_against_double_precision(work):
    against_peer = write_report(work, has_exact_gradient=False)
    against_exact = write_report(work, has_exact_gradient=True)

    assert against_peer["gradient_relative_error"] == pytest.approx(1 / 3)
    assert against_exact["gradient_relative_error"] == pytest.approx(0.5)
    assert against_exact["peer_gradient_relative_error"] == pytest.approx(0.25)
