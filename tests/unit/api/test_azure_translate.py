from dataclasses import replace

import pytest

from tuneport.api.azure.fine_tuning.translate import azure_checkpoint_list, azure_event_list, azure_job
from tuneport.api.azure.models.translate import azure_model
from tuneport.api.azure.models.wire import Deprecation
from tuneport.config import Settings
from tuneport.jobs import job_of
from tuneport.store import JobRow
from tuneport.workspace import Checkpoint, Job, JobEvent, JobStatus, Model, Models, Page

TUNED = "ft:tiny:local:bot:aB3dE6gH"
SPELLED = "tiny.ft-6142336445366748-bot"


@pytest.fixture
def job() -> Job:
    return job_of(
        JobRow(
            id="ftjob-a",
            created_at=1,
            status="running",
            base_model="tiny",
            lineage=[],
            tuning={},
            training={},
            gives_way=False,
            method="supervised",
            training_file="file-a",
            seed=105,
            hyperparameters={"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": "auto"},
            labels={},
            tuned_model=TUNED,
            attempt=0,
        )
    )


@pytest.mark.parametrize(
    ("status", "attempt", "word"),
    [
        ("validating_files", 0, "pending"),
        ("queued", 0, "pending"),
        ("running", 1, "running"),
        ("paused", 1, "paused"),
        ("queued", 1, "resuming"),
        ("succeeded", 1, "succeeded"),
        ("failed", 0, "failed"),
        ("cancelled", 0, "cancelled"),
    ],
)
def test_every_status_has_azure_s_word(job: Job, status: str, attempt: int, word: str):
    changed = replace(job, status=JobStatus(status), attempt=attempt)

    assert azure_job(changed, organization="acme").status == word


def test_every_status_of_ours_is_translated(job: Job):
    for status in JobStatus:
        assert azure_job(replace(job, status=status), organization="acme").status


def test_auto_is_minus_one_and_one(job: Job):
    chosen = azure_job(job, organization="acme").hyperparameters

    assert (chosen.n_epochs, chosen.batch_size, chosen.learning_rate_multiplier) == (3, -1, 1)


def test_organisation_has_both_spellings_and_names_have_azure_s(job: Job):
    ended = replace(job, tuned_model=TUNED, lineage=(TUNED,), finished_at=9, result_file="file-r")

    shown = azure_job(ended, organization="acme")

    assert shown.organisation_id == shown.organization_id == "acme"
    assert shown.fine_tuned_model == shown.tuneport.parent_model == SPELLED
    assert (shown.result_files, shown.updated_at) == (["file-r"], 9)


@pytest.mark.parametrize(
    ("message", "kind", "shown"),
    [
        ("The job has successfully completed", "message", "Job succeeded."),
        ("Step 85/100: training loss=0.14", "metrics", "Step 85: training loss=0.14"),
        (f"New fine-tuned model created: {TUNED}", "message", f"New fine-tuned model created: {SPELLED}"),
        (
            f"Checkpoint created at step 80 with Snapshot ID: {TUNED}:ckpt-step-80",
            "message",
            f"Checkpoint created at step 80 with Snapshot ID: {SPELLED}:ckpt-step-80",
        ),
        ("Validating training file: file-a", "message", "Validating training file: file-a"),
    ],
)
def test_event_is_told_in_azure_s_words(message: str, kind: str, shown: str):
    event = JobEvent("ftevent-a", 1, "warn", kind, message, {})

    (told,) = azure_event_list(Page((event,), has_more=False)).data

    assert (told.message, told.level) == (shown, "warning")


def test_checkpoint_has_azure_s_id_and_name():
    checkpoint = Checkpoint("ftckpt_x", 1, f"{TUNED}:ckpt-step-5", "ftjob-a", 5, {"step": 5})

    listed = azure_checkpoint_list(Page((checkpoint,), has_more=False))

    assert (listed.first_id, listed.data[0].fine_tuned_model_checkpoint) == ("ftchkpt-x", f"{SPELLED}:ckpt-step-5")


def test_retirement_is_a_moment_and_an_embedding_model_cannot_be_tuned(tmp_path):
    bases = Models(None, Settings(home=tmp_path), None).bases()
    retired = {"m": replace(bases["smollm2-135m-instruct"], name="m", deprecation="2027-01-06", shutdown="2028-01-06")}

    embedding = azure_model(Model("all-minilm-l6-v2", 1, "tuneport"), bases)
    tuned = azure_model(Model(TUNED, 1, "acme", base_model="m", job_id="ftjob-a"), retired)

    assert (embedding.capabilities.embeddings, embedding.capabilities.fine_tune) == (True, False)
    assert (tuned.id, tuned.model, tuned.fine_tune) == (SPELLED, "m", "ftjob-a")
    assert tuned.deprecation == Deprecation(fine_tune=1_799_193_600, inference=1_830_729_600)
