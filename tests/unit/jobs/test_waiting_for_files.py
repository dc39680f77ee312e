from tuneport.jobs import JobStatus, Supervisor


def test_job_waits_for_a_file_that_is_still_coming_and_lets_others_pass(workbench):
    workbench.preparation.coming = {"file-far"}
    waiting, ready = workbench.add_job(training_file="file-far"), workbench.add_job()
    supervisor = Supervisor(workbench.environment)

    did = [supervisor.validate_next() for _ in range(2)]

    assert did == [True, False]
    assert workbench.job(waiting.id).status == JobStatus.VALIDATING_FILES
    assert workbench.job(ready.id).status == JobStatus.QUEUED


def test_job_goes_on_when_its_file_has_come(workbench):
    workbench.preparation.coming = {"file-far"}
    job = workbench.add_job(training_file="file-far")
    supervisor = Supervisor(workbench.environment)
    assert not supervisor.validate_next()
    supervisor.start()

    workbench.preparation.coming.clear()
    supervisor.wake()

    workbench.wait_for_end(job.id)
    supervisor.stop()
    assert workbench.job(job.id).status == JobStatus.SUCCEEDED


def test_remarks_are_warnings_before_the_files_are_checked(workbench):
    job = workbench.add_job(remarks=("This is not used", "Nor is that"))

    told = [(event.level, event.message) for event in workbench.events(job.id)]

    assert told[1:3] == [("warn", "This is not used"), ("warn", "Nor is that")]
    assert told[3][1].startswith("Validating")
