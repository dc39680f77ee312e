import orjson
import pytest

from tuneport.config import DEFAULT_PROJECT, RunFolder, RunResult, Settings, StepMetrics
from tuneport.jobs import JobStatus, NewJob, Tuning, add_job, find_job_row
from tuneport.workspace.past_runs import MOST_RUNS, PastRuns, find_past_runs

BASE = "smollm2-135m-instruct"


class Runs:
    def __init__(self, database, home):
        self.database = database.of_project(DEFAULT_PROJECT)
        self.settings = Settings(home=home)

    def add(self, *, speed=100, peak=10**9, status=JobStatus.SUCCEEDED, base=BASE, **choices):
        new = NewJob(base, "file-a", None, seed=1, organization="local", **choices)
        with self.database.write() as session:
            job_id = add_job(session, new, at=1).id
            find_job_row(session, job_id).status = status
        run = RunFolder(self.settings.runs / job_id)
        run.path.mkdir(parents=True)
        steps = [step_metrics(step, tokens_computed=speed * 2, seconds=2.0).model_dump() for step in (1, 2)]
        run.metrics_file.write_bytes(b"".join(orjson.dumps(step) + b"\n" for step in steps))
        run.write_result(result(peak))

    def find(self, *, base=BASE, method="supervised"):
        return find_past_runs(self.database, self.settings, base, method)


def step_metrics(step, **values):
    counts = {"total_steps": 2, "epoch": 1, "loss_sum": 1.0, "loss_count": 1.0, "n_right": 1.0, "tokens_seen": 999}
    return StepMetrics(step=step, learning_rate=0.1, grad_norm=1.0, **counts, **values)


def result(peak):
    return RunResult(
        checkpoint="a", steps=2, trained_tokens=1, seconds=9.0, peak_memory_bytes=peak, final_train_loss=1.0
    )


@pytest.fixture
def runs(database, tmp_path):
    return Runs(database, tmp_path)


def test_the_speed_is_the_median_and_the_memory_the_most_of_the_last_runs(runs):
    for speed, peak in ((100, 3), (300, 5), (200, 4)):
        runs.add(speed=speed, peak=peak)

    assert runs.find() == PastRuns(n_runs=3, tokens_per_second=200, peak_memory_bytes=5)


def test_older_runs_are_forgotten(runs):
    runs.add(speed=1, peak=10**12)
    for _ in range(MOST_RUNS):
        runs.add(speed=100)

    assert runs.find() == PastRuns(MOST_RUNS, 100, 10**9)


def test_runs_of_another_kind_say_nothing(runs):
    runs.add(base="other-model")
    runs.add(status=JobStatus.FAILED)
    runs.add(tuning=Tuning(kind="full"))

    assert runs.find() is None
    assert runs.find(method="dpo") is None


def test_a_run_whose_folder_is_gone_says_nothing(runs):
    with runs.database.write() as session:
        new = NewJob(BASE, "file-a", None, seed=1, organization="local")
        find_job_row(session, add_job(session, new, at=1).id).status = JobStatus.SUCCEEDED

    assert runs.find() is None
