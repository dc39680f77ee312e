"""Azure's copies of checkpoints: under the same name, another project of the server uses the model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from guarded_app import Guarded, guarded
from tuneport.config import DEFAULT_PROJECT
from tuneport.store import FileRow, ModelRow, open_database
from tuneport.workspace import JobRequest

BASE = "smollm2-135m-instruct"
ACCOUNTS = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts"
NAME, CHECKPOINT = f"ft:{BASE}:local::abcdefgh", f"ft:{BASE}:local::abcdefgh:ckpt-step-5"
AZURE_NAME = f"{BASE}.ft-6162636465666768:ckpt-step-5"


class Desk:
    """A job of the default project that has made a checkpoint and a model, and a project beside it."""

    def __init__(self, door: Guarded) -> None:
        self.door = door
        self.job = self._finished_job()
        door.workspace.projects.create("beside", project_id="proj_beside")
        self.admin, self.user, self.beside = door.key("admin"), door.key(), door.key(project_id="proj_beside")

    def _finished_job(self) -> str:
        database = open_database(self.door.workspace.settings.database)
        with database.of_project(DEFAULT_PROJECT).write() as session:
            session.add(FileRow(id="file-a", created_at=1, filename="a", purpose="fine-tune", n_bytes=1))
        job = self.door.workspace.project(DEFAULT_PROJECT).jobs.create(JobRequest(BASE, "file-a"))
        made = {"created_at": 1, "job_id": job.id, "base_model": BASE, "adapter_dir": "x", "metrics": {}}
        with database.of_project(DEFAULT_PROJECT).write() as session:
            session.add(ModelRow(name=NAME, step=9, **made))
            session.add(ModelRow(name=CHECKPOINT, step=5, checkpoint_id="ftckpt_a", **made))
        database.close()
        return job.id

    def path(self, checkpoint: str = CHECKPOINT, *, prefix: str = "/openai/v1", job: str | None = None) -> str:
        return f"{prefix}/fine_tuning/jobs/{job or self.job}/checkpoints/{checkpoint}/copy"

    def copy(self, key: str, account: str, path: str | None = None):
        body = {"destinationResourceId": f"{ACCOUNTS}/{account}", "region": "eastus2"}
        headers = {"aoai-copy-ft-checkpoints": "preview"}
        return self.door.ask("POST", path or self.path(), key, json=body, headers=headers)

    def models_beside(self) -> set[str]:
        return {model["id"] for model in self.door.ask("GET", "/v1/models", self.beside).json()["data"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with guarded(tmp_path) as door:
        yield Desk(door)


@pytest.mark.parametrize("account", ["proj_beside", "beside"])
def test_copy_lets_the_other_project_use_the_checkpoint_under_its_name(desk: Desk, account: str):
    answer = desk.copy(desk.admin, account)

    destination = {"destinationResourceId": f"{ACCOUNTS}/{account}", "region": "eastus2", "status": "Completed"}
    assert answer.json() == {
        "checkpointedModelName": CHECKPOINT,
        "fineTuningJobId": desk.job,
        "copiedAccountDetails": [destination],
    }
    assert CHECKPOINT in desk.models_beside()


@pytest.mark.parametrize("spelling", [AZURE_NAME, "ftchkpt-a", CHECKPOINT])
def test_versioned_path_answers_in_azure_s_spelling_whichever_was_asked(desk: Desk, spelling: str):
    path = f"{desk.path(spelling, prefix='/openai')}?api-version=2025-04-01-preview"

    assert desk.copy(desk.admin, "proj_beside", path).json()["checkpointedModelName"] == AZURE_NAME


def test_copy_to_any_other_account_changes_nothing(desk: Desk):
    answer = desk.copy(desk.user, "my-azure-account")

    assert answer.json()["copiedAccountDetails"][0]["status"] == "Completed"
    assert CHECKPOINT not in desk.models_beside()


def test_places_of_a_checkpoint_are_listed_to_who_polls(desk: Desk):
    desk.copy(desk.admin, "proj_beside")

    places = desk.door.ask("GET", desk.path(), desk.user).json()["copiedAccountDetails"]

    accounts = [place["destinationResourceId"].rpartition("/")[2] for place in places]
    assert (accounts, {place["status"] for place in places}) == ([DEFAULT_PROJECT, "proj_beside"], {"Completed"})


def test_copy_to_another_project_needs_an_admin_key(desk: Desk):
    assert desk.copy(desk.user, "proj_beside").status_code == 403
    assert CHECKPOINT not in desk.models_beside()


def test_only_a_checkpoint_of_the_project_s_own_job_is_copied(desk: Desk):
    another = desk.door.workspace.project(DEFAULT_PROJECT).jobs.create(JobRequest(BASE, "file-a")).id
    wrong = (desk.path(job="ftjob-none"), desk.path("ft:none"), desk.path(job=another))

    refused = [desk.copy(desk.admin, "proj_beside", path).json()["error"]["code"] for path in wrong]
    foreign = desk.copy(desk.beside, "proj_beside")

    assert refused == ["job_not_found", "model_not_found", "checkpoint_not_found"]
    assert foreign.status_code == 404
