import pytest

from tuneport.cli.tuned_model_job import comparison_body
from tuneport.core import InvalidRequest, NotFound


def _job(number, **changes):
    job = {
        "id": f"ftjob-{number}",
        "model": "tiny",
        "fine_tuned_model": f"ft:tiny:local::{number}",
        "training_file": f"file-t{number}",
        "validation_file": f"file-v{number}",
    }
    return job | changes


def _enter(body):
    with body:
        raise AssertionError("it was given")


def test_the_files_of_the_models_own_job_are_taken_from_any_page(server, client, screen):
    pages = [{"data": [_job(2)], "has_more": True}, {"data": [_job(1)], "has_more": False}]
    server.on("GET fine_tuning/jobs", *pages)

    with comparison_body(client, screen, "ft:tiny:local::1") as body:
        pass

    assert body["base_model"] == "tiny"
    assert (body["training_file"], body["validation_file"]) == ("file-t1", "file-v1")
    assert body["tuned_model"] == "ft:tiny:local::1"


def test_a_checkpoint_belongs_to_the_job_of_its_model(server, client, screen):
    server.on("GET fine_tuning/jobs", {"data": [_job(1)], "has_more": False})

    with comparison_body(client, screen, "ft:tiny:local::1:ckpt-step-20") as body:
        pass

    assert body["tuned_model"] == "ft:tiny:local::1:ckpt-step-20"
    assert body["training_file"] == "file-t1"


def test_other_rows_take_the_place_of_the_jobs_own_and_leave_no_upload(server, client, screen, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("{}\n")
    server.on("GET fine_tuning/jobs", {"data": [_job(1, validation_file=None)], "has_more": False})
    server.on("POST files", {"id": "file-new"})
    server.on("DELETE files/file-new", {"deleted": True})

    with comparison_body(client, screen, "ft:tiny:local::1", path) as body:
        deleted_meanwhile = server.asked("DELETE", "files/file-new")

    assert body["validation_file"] == "file-new"
    assert deleted_meanwhile == []
    assert len(server.asked("DELETE", "files/file-new")) == 1


def test_a_model_that_was_never_measured_needs_rows(server, client, screen):
    server.on("GET fine_tuning/jobs", {"data": [_job(1, validation_file=None)], "has_more": False})

    with pytest.raises(InvalidRequest, match="--validation FILE"):
        _enter(comparison_body(client, screen, "ft:tiny:local::1"))


def test_a_model_that_no_job_has_made_is_not_found(server, client, screen):
    server.on("GET fine_tuning/jobs", {"data": [_job(1, fine_tuned_model=None)], "has_more": False})

    with pytest.raises(NotFound, match="No job on this server has made 'ft:x'"):
        _enter(comparison_body(client, screen, "ft:x"))


def test_a_model_of_preference_pairs_is_measured_by_its_job(server, client, screen):
    server.on("GET fine_tuning/jobs", {"data": [_job(1, method={"type": "dpo"})], "has_more": False})

    with pytest.raises(InvalidRequest, match="tuneport/jobs/ftjob-1/preferences"):
        _enter(comparison_body(client, screen, "ft:tiny:local::1"))
