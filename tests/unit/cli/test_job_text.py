from tuneport.cli.job_text import job_text

_JOB = {
    "id": "ftjob-1",
    "status": "succeeded",
    "created_at": 0,
    "model": "tiny",
    "training_file": "file-t",
    "validation_file": None,
    "seed": 1,
    "trained_tokens": 100,
    "fine_tuned_model": "ft:tiny:local::abc",
}
_PROGRESS = {"queue_position": None, "step": None, "train_loss": None, "valid_loss": None}


def test_a_preference_job_shows_its_method_and_beta():
    common = {"n_epochs": 3}
    method = {"type": "dpo", "dpo": {"hyperparameters": {**common, "beta": 0.1}}}

    text = job_text({**_JOB, "hyperparameters": common, "method": method}, _PROGRESS)

    assert "method              dpo" in text
    assert "n_epochs 3, beta 0.1" in text


def test_a_job_of_a_server_that_names_no_method_shows_the_older_field():
    text = job_text({**_JOB, "hyperparameters": {"n_epochs": 3}}, _PROGRESS)

    assert "hyperparameters     n_epochs 3" in text
    assert "method " not in text
