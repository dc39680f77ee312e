from tuneport.core import DataError
from tuneport.jobs import FileWarning, JobStatus, RequestedHyperparameters, Supervisor


def test_good_files_move_the_job_to_queued_with_auto_resolved(workbench):
    job = workbench.validate(workbench.add_job())

    assert job.status == JobStatus.QUEUED
    assert job.hyperparameters == RequestedHyperparameters(n_epochs=10, batch_size=1, learning_rate_multiplier=1.0)


def test_events_say_what_was_checked_and_why_auto_chose(workbench):
    job = workbench.validate(workbench.add_job(validation_file="file-valid"))

    messages = workbench.messages(job.id)
    assert messages[:3] == [
        f"Created fine-tuning job: {job.id}",
        "Validating training file: file-train and validation file: file-valid",
        "Files validated, moving job to queued state",
    ]
    assert messages[3].startswith("Hyperparameters: n_epochs 10 (10 rows: ")


def test_what_the_check_warns_of_is_an_event_and_stops_no_job(workbench):
    workbench.preparation.warnings = (FileWarning("Training file file-train: warning.", {"code": "repeated_row"}),)

    job = workbench.validate(workbench.add_job())

    assert job.status == JobStatus.QUEUED
    (event,) = (event for event in workbench.events(job.id) if event.level == "warn")
    assert (event.message, event.data) == ("Training file file-train: warning.", {"code": "repeated_row"})


def test_preference_jobs_get_a_beta_and_a_lower_rate_and_say_why(workbench):
    asked = RequestedHyperparameters(beta="auto")

    job = workbench.validate(workbench.add_job(method="dpo", hyperparameters=asked))

    assert job.hyperparameters.beta == 0.1
    message = workbench.messages(job.id)[-1]
    assert "beta 0.1 (the usual value; " in message
    assert "learning_rate 7.5e-05 (0.0003 at batch 16, a tenth of the supervised rate" in message


def test_values_that_the_user_gave_stay(workbench):
    asked = RequestedHyperparameters(n_epochs=2, batch_size=4, learning_rate_multiplier=0.5)

    job = workbench.validate(workbench.add_job(hyperparameters=asked))

    assert job.hyperparameters == asked
    assert "n_epochs 2 (as given)" in workbench.messages(job.id)[-1]


def test_bad_file_fails_the_job_with_its_code_and_field(workbench):
    workbench.preparation.problem = DataError(
        "Training file has 9 example(s), but must have at least 10 examples", "invalid_n_examples", "training_file"
    )
    job = workbench.add_job()

    Supervisor(workbench.environment).validate_next()

    failed = workbench.job(job.id)
    assert failed.status == JobStatus.FAILED
    assert (failed.error.code, failed.error.param) == ("invalid_n_examples", "training_file")
    assert workbench.events(job.id)[-1].level == "error"


def test_defect_of_ours_fails_that_job_only(workbench):
    workbench.preparation.n_examples = None
    bad = workbench.add_job()
    supervisor = Supervisor(workbench.environment)
    supervisor.validate_next()
    workbench.preparation.n_examples = 10
    good = workbench.add_job()

    supervisor.validate_next()

    assert workbench.job(bad.id).error.code == "internal_error"
    assert workbench.job(good.id).status == JobStatus.QUEUED
