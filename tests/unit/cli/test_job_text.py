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


def test_a_job_shows_what_it_trains():
    adapter = {"kind": "lora", "rank": 8, "alpha": 8.0, "is_rank_stabilized": True, "new_tokens": ["<a>", "<b>"]}
    facts = {"lineage": [], "adapter": adapter, "quantization": "nf4"}
    all_weights = {"kind": "full", "rank": None, "alpha": None, "is_rank_stabilized": False, "new_tokens": []}
    job = {**_JOB, "hyperparameters": {"n_epochs": 3}}

    quantized = job_text({**job, "tuneport": facts}, _PROGRESS)
    full = job_text({**job, "tuneport": {"lineage": [], "adapter": all_weights, "quantization": "none"}}, _PROGRESS)

    assert "trains              lora of rank 8, rank-stabilized, base in nf4, new tokens <a> <b>" in quantized
    assert "trains              all weights\n" in full


def test_a_job_of_a_server_that_names_no_method_shows_the_older_field():
    text = job_text({**_JOB, "hyperparameters": {"n_epochs": 3}}, _PROGRESS)

    assert "hyperparameters     n_epochs 3" in text
    assert "method " not in text
