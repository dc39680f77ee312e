"""`tuneport jobs`: fine-tuning jobs, those of other clients included."""

from __future__ import annotations

from typing import Annotated

import typer

from tuneport.cli.options import AsJson, Endpoint
from tuneport.cli.plain_errors import plain_errors

jobs = typer.Typer(no_args_is_help=True, help="List, show, follow, pause, resume and cancel fine-tuning jobs.")

JobId = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, `ftjob-…`.")]


@jobs.command("list")
@plain_errors
def list_jobs(
    limit: Annotated[int, typer.Option(help="At most so many, the newest first.", min=1, max=100)] = 20,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """List the newest jobs."""
    from tuneport.cli.connection import connect
    from tuneport.cli.model_table import job_row
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint) as client:
        page = client.get("fine_tuning/jobs", limit=limit)
    if as_json:
        screen.document(page)
    elif not page["data"]:
        screen.say("There are no jobs yet. `tuneport run FILE` starts one.")
    else:
        screen.table(("job", "status", "created", "tuned model"), [job_row(job) for job in page["data"]])


@jobs.command("show")
@plain_errors
def show_job(job_id: JobId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Show a job with its hyperparameters, its progress and its error."""
    from tuneport.cli.connection import connect
    from tuneport.cli.job_text import job_text
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="progress of jobs") as client:
        job = client.get(f"fine_tuning/jobs/{job_id}")
        progress = client.get(f"tuneport/jobs/{job_id}/progress")
    if as_json:
        screen.document({"job": job, "progress": progress})
    else:
        screen.say(job_text(job, progress))


@jobs.command("follow")
@plain_errors
def follow_job(job_id: JobId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Watch a job to its end; Ctrl-C stops watching, the job goes on where its server does."""
    from tuneport.cli.connection import connect
    from tuneport.cli.job_follow import follow_job
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="progress of jobs") as client:
        progress = follow_job(client, screen, job_id)
        job = client.get(f"fine_tuning/jobs/{job_id}")
    if as_json:
        screen.document({"job": job, "progress": progress})
    elif job["status"] != "succeeded":
        screen.say(f"{job_id} is {job['status']}. {(job.get('error') or {}).get('message') or ''}".rstrip())
    else:
        screen.say(f"{job_id} has made {job['fine_tuned_model']}")
    if job["status"] != "succeeded":
        raise typer.Exit(1)


@jobs.command("cancel")
@plain_errors
def cancel_job(job_id: JobId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Cancel a queued, running or paused job."""
    _change("cancel", job_id, as_json=as_json, endpoint=endpoint)


@jobs.command("pause")
@plain_errors
def pause_job(job_id: JobId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Set a job aside: its state is saved, and the next job in the queue runs."""
    _change("pause", job_id, as_json=as_json, endpoint=endpoint)


@jobs.command("resume")
@plain_errors
def resume_job(job_id: JobId, as_json: AsJson = False, endpoint: Endpoint = None) -> None:
    """Queue a paused job again; it goes on where it stopped."""
    follow = f"tuneport jobs follow {job_id}"
    where_none_stays = f"No server stays on this home folder: it goes on while `tuneport serve` or `{follow}` runs."
    _change("resume", job_id, as_json=as_json, endpoint=endpoint, where_none_stays=where_none_stays)


def _change(move: str, job_id: str, *, as_json: bool, endpoint: str | None, where_none_stays: str = "") -> None:
    """`where_none_stays` is said where no server is left once this command ends."""
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint) as client:
        job = client.post(f"fine_tuning/jobs/{job_id}/{move}")
    if as_json:
        screen.document(job)
    else:
        outlook = "" if client.stays else where_none_stays
        screen.say(f"{job_id} is {job['status']}. {outlook}".rstrip())
