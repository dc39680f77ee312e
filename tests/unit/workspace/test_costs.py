from collections.abc import Iterator
from pathlib import Path

import pytest

from guarded_app import guarded
from tuneport.config import RunFolder, Settings, StepMetrics
from tuneport.jobs import JobStatus, find_job_row
from tuneport.store import Database, open_database
from tuneport.workspace import JobCost, JobRequest, PageRequest, Project

PRICES = {
    "price_per_training_hour": 2.0,
    "price_per_million_training_tokens": 3.0,
    "training_watts": 250.0,
    "price_per_kilowatt_hour": 0.4,
}
MODEL = "smollm2-135m-instruct"


class Bench:
    """Makes jobs and what their runs wrote, in a project of its own."""

    def __init__(self, project: Project, database: Database, settings: Settings) -> None:
        self.project = project
        self._database = database
        self._settings = settings
        with project.files.upload() as upload:
            upload.write(b"{}\n")
            self._file = upload.finish(filename="a.jsonl", purpose="fine-tune").id

    def job(self, status: JobStatus, *steps: int) -> str:
        """Give a job of this status whose run wrote these steps, each of half an hour and 1,000 tokens."""
        job_id = self.project.jobs.create(JobRequest(model=MODEL, training_file=self._file)).id
        with self._database.write() as session:
            find_job_row(session, job_id).status = status
        run = RunFolder(self._settings.runs / job_id)
        run.path.mkdir(parents=True)
        run.metrics_file.write_text("".join(f"{step_metrics(step).model_dump_json()}\n" for step in steps))
        return job_id

    def cost(self) -> JobCost:
        (found,) = self.project.costs.list(PageRequest()).items
        return found


def step_metrics(step: int) -> StepMetrics:
    counts = {"loss_sum": 1.0, "loss_count": 1.0, "n_right": 1.0, "learning_rate": 0.1, "grad_norm": 1.0}
    return StepMetrics(
        step=step, total_steps=4, epoch=1, seconds=1800.0, tokens_seen=1000, tokens_computed=400, **counts
    )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with guarded(tmp_path, **PRICES) as door:
        settings = door.workspace.settings
        database = open_database(settings.database)
        yield Bench(door.workspace.project("proj_default"), database, settings)
        database.close()


@pytest.mark.requirement("R3.8")
def test_job_is_billed_by_its_hours_and_its_tokens(bench: Bench):
    bench.job(JobStatus.SUCCEEDED, 1, 2, 3, 4)

    cost = bench.cost()

    assert (cost.hours, cost.tokens, cost.is_billed) == (2.0, 4000, True)
    assert cost.price == pytest.approx(2 * 2.0 + 4000 * 3.0 / 1e6)
    assert cost.electricity_price == pytest.approx(2 * 0.25 * 0.4)


def test_step_that_a_resumed_run_did_again_is_billed_once(bench: Bench):
    bench.job(JobStatus.SUCCEEDED, 1, 2, 2, 3)

    assert bench.cost().tokens == 3000


@pytest.mark.requirement("R3.8")
@pytest.mark.parametrize(
    ("status", "steps", "price"),
    [
        (JobStatus.FAILED, (1, 2), 0),
        (JobStatus.CANCELLED, (), 0),
        (JobStatus.QUEUED, (), 0),
        (JobStatus.CANCELLED, (1, 2), 2.006),
        (JobStatus.PAUSED, (1, 2), 2.006),
    ],
)
def test_what_never_trained_or_failed_is_not_billed(bench: Bench, status: JobStatus, steps, price: float):
    bench.job(status, *steps)

    cost = bench.cost()

    assert cost.price == pytest.approx(price)
    assert cost.is_billed is bool(price)
    assert cost.electricity_price == pytest.approx(0.05 * len(steps))


def test_electricity_is_left_out_where_its_price_is_not_said(tmp_path: Path):
    with guarded(tmp_path, training_watts=250.0) as door:
        answer = door.ask("GET", "/v1/tuneport/costs").json()

    assert answer["prices"] == {
        "currency": "USD",
        "training_hour": 0,
        "million_training_tokens": 0,
        "training_watts": 250,
        "kilowatt_hour": None,
    }
    assert "jobs that failed" in answer["not_billed"]


def test_sheet_has_the_jobs_of_its_own_project_alone(bench: Bench, tmp_path: Path):
    bench.job(JobStatus.SUCCEEDED, 1)

    with guarded(tmp_path) as door:
        other = door.workspace.projects.create("other").id
        answers = [
            door.ask("GET", "/v1/tuneport/costs", headers={"openai-project": project}).json()["data"]
            for project in ("proj_default", other)
        ]

    assert [len(jobs) for jobs in answers] == [1, 0]
