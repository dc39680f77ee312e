"""The main job: check, fine-tune, compare, serve one answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuneport.cli.base_model import find_base_name, is_missing, pull_model
from tuneport.cli.client import Client
from tuneport.cli.comparison_follow import (
    FEW_SHOT_ROWS,
    choose_telling_answers,
    read_answers,
    run_comparison,
    show_answers,
    show_comparison,
)
from tuneport.cli.data_files import read_report, show_report, upload_file
from tuneport.cli.job_follow import TERMINAL, follow_job
from tuneport.cli.screen import Screen
from tuneport.cli.served_answer import ask_served_model, served_text
from tuneport.core import Conflict, InvalidRequest, TuneportError

_NEWEST_JOBS = 20


@dataclass(frozen=True)
class MainJob:
    training_file: Path
    validation_file: Path | None
    model: str
    method: str
    suffix: str | None
    seed: int | None
    hyperparameters: dict[str, float]
    """Those that the user named; the server chooses the others."""
    extras: dict[str, Any] = field(default_factory=dict)
    """What only Tuneport has, as the job's field `tuneport` takes it."""
    metadata: dict[str, str] | None = None

    @property
    def longest_row_tokens(self) -> int | None:
        """`None` where the model's own limit counts."""
        from tuneport.config import PRESETS

        training: dict[str, Any] = self.extras.get("training") or {}
        preset = PRESETS.get(self.extras["preset"]) if self.extras.get("preset") else None
        of_preset = None if preset is None else preset.training.longest_row_tokens
        return training.get("longest_row_tokens", of_preset)


def run_main_job(
    client: Client, screen: Screen, job: MainJob, *, stays: bool, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Do `job` on the server and give the document that `--json` prints; its `status` says how it ended.

    `stays`: whether the server goes on when this command has ended.
    An interrupt cancels the job, or the comparison, on the server before it goes on up.
    """
    document: dict[str, Any] = {"status": "failed", "model": None, "job": None, "data": {}}
    document |= {"comparison": None, "preferences": None, "served": None}
    file_ids = _prepare(client, screen, job, document["data"])
    if file_ids is None:
        return document | {"error": {"code": "invalid_data_file", "message": "The data files have errors."}}
    record, progress = _train(client, screen, _job_body(job, file_ids), sleep)
    document |= {"status": record["status"], "job": record, "model": record["fine_tuned_model"]}
    document |= {name: progress[name] for name in ("data_report", "forecast", "result")}
    if record["status"] != "succeeded":
        return document | {"error": record.get("error")}
    if len(file_ids) > 1:
        document |= _measure(client, screen, record, job.method, sleep)
    else:
        screen.say(
            "\nNothing was measured: without rows that the training did not see, nobody knows whether it helped. "
            "Keep some rows back and give them as --validation."
        )
    if document["status"] == "succeeded" and not is_raw_text(document):
        document |= _serve(client, screen, record, job.validation_file or job.training_file, stays=stays)
    return document


def is_raw_text(document: dict[str, Any]) -> bool:
    """Say whether the rows are of prompt and completion, so that there is nothing to ask in a chat."""
    return bool(document["data"]["training"].get("format") == "prompt_completion")


def _prepare(client: Client, screen: Screen, job: MainJob, reports: dict[str, Any]) -> list[str] | None:
    """Upload and check the files, and pull the base model where it is missing.

    Gives the file ids, training first; `None` if a file has errors. Uploads that no job will use do not stay.
    """
    # Ask first, pull last: neither an unknown model nor a broken file should cost a download.
    base_model = find_base_name(client, job.model)
    needs_pull = is_missing(client, base_model)
    file_ids: list[str] = []
    try:
        for part, path in (("training", job.training_file), ("validation", job.validation_file)):
            if path is not None:
                file_ids.append(upload_file(client, screen, path))
                report = read_report(
                    client,
                    screen,
                    file_ids[-1],
                    method=job.method,
                    model=base_model,
                    is_training_file=part == "training",
                    longest_row_tokens=job.longest_row_tokens,
                )
                show_report(screen, path, report, shows_all=False)
                reports[part] = report
        is_good = not any(report["n_errors"] for report in reports.values())
        if is_good and needs_pull:
            pull_model(client, screen, base_model)
    except BaseException:
        _delete_files(client, file_ids)
        raise
    if not is_good:
        _delete_files(client, file_ids)
        screen.say("Nothing was trained: put the errors right and run it again.")
        return None
    return file_ids


def _delete_files(client: Client, file_ids: list[str]) -> None:
    for file_id in file_ids:
        client.delete(f"files/{file_id}")


def _job_body(job: MainJob, file_ids: list[str]) -> dict[str, Any]:
    body = {
        "model": job.model,
        "training_file": file_ids[0],
        "validation_file": file_ids[1] if len(file_ids) > 1 else None,
        "suffix": job.suffix,
        "seed": job.seed,
        "metadata": job.metadata,
        "method": {"type": job.method, job.method: {"hyperparameters": job.hyperparameters}},
        "tuneport": job.extras or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _train(
    client: Client, screen: Screen, body: dict[str, Any], sleep: Callable[[float], None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the job as it ended, and its last progress."""
    try:
        job_id = _create_job(client, body)
        progress = follow_job(client, screen, job_id, sleep=sleep)
    except KeyboardInterrupt:
        screen.say("\nCancelling …")
        for cancelled_id in _cancel_jobs_on(client, body["training_file"]):
            screen.say(f"{cancelled_id} is cancelled; nothing half-written was kept.")
        raise
    record = client.get(f"fine_tuning/jobs/{job_id}")
    if record["status"] != "succeeded":
        error = record.get("error") or {}
        screen.say(f"{job_id} is {record['status']}. {error.get('message') or ''}".rstrip(), style="red")
    return record, progress


def _create_job(client: Client, body: dict[str, Any]) -> str:
    """Give its id. A job that the server refuses leaves no upload."""
    try:
        return str(client.post("fine_tuning/jobs", body)["id"])
    except InvalidRequest:
        _delete_files(client, [body[part] for part in ("training_file", "validation_file") if part in body])
        raise


def _cancel_jobs_on(client: Client, training_file_id: str) -> list[str]:
    """Cancel the unfinished jobs on our upload; gives their ids.

    Found by the file, as the interrupt may come before the answer that has the job's id.
    """
    jobs = client.get("fine_tuning/jobs", limit=_NEWEST_JOBS)["data"]
    ours = [job["id"] for job in jobs if job["training_file"] == training_file_id and job["status"] not in TERMINAL]
    return [job_id for job_id in ours if _cancel(client, job_id)]


def _cancel(client: Client, job_id: str) -> bool:
    try:
        client.post(f"fine_tuning/jobs/{job_id}/cancel")
    except (Conflict, InvalidRequest):
        return False  # It has just ended by itself.
    return True


def _measure(
    client: Client, screen: Screen, record: dict[str, Any], method: str, sleep: Callable[[float], None]
) -> dict[str, Any]:
    """Give what the measurement adds to the document."""
    if method != "dpo":
        return _compare(client, screen, record, sleep)
    try:
        preferences = client.get(f"tuneport/jobs/{record['id']}/preferences")
    except TuneportError as error:
        screen.say(f"Nothing was measured: {error.message}", style="red")
        return {"status": "failed", "error": {"code": error.code, "message": error.message}}
    screen.say(f"\n{preferences['verdict']}", style="bold")
    return {"preferences": preferences}


def _compare(client: Client, screen: Screen, record: dict[str, Any], sleep: Callable[[float], None]) -> dict[str, Any]:
    """Give what the comparison adds to the document. Where it fails or is interrupted, the tuned model stays."""
    model = record["fine_tuned_model"]
    body = {
        "training_file": record["training_file"],
        "validation_file": record["validation_file"],
        "base_model": record["model"],
        "tuned_model": model,
        "few_shot_rows": FEW_SHOT_ROWS,
    }
    try:
        comparison = run_comparison(client, screen, body, sleep=sleep)
        answers = choose_telling_answers(read_answers(client, comparison))
    except KeyboardInterrupt:
        screen.say(f"\nThe comparison is cancelled. {_later(model)}")
        raise
    except TuneportError as error:
        screen.say(f"Nothing was measured: {error.message} {_later(model)}", style="red")
        return {"status": "failed", "error": {"code": error.code, "message": error.message}}
    show_comparison(screen, comparison, few_shot_rows=FEW_SHOT_ROWS)
    show_answers(screen, answers)
    return {"comparison": comparison, "answers": answers}


def _serve(client: Client, screen: Screen, record: dict[str, Any], data_file: Path, *, stays: bool) -> dict[str, Any]:
    """Give what one real answer of the tuned model adds to the document. Where it fails, the model stays."""
    model = record["fine_tuned_model"]
    try:
        served = ask_served_model(client, model, data_file)
    except KeyboardInterrupt:
        screen.say(f"\nThe tuned model {model} is kept.")
        raise
    except TuneportError as error:
        message = f"The tuned model {model} is kept, but did not answer at {client.url}: {error.message}"
        screen.say(f"\n{message}", style="red")
        return {"status": "failed", "error": {"code": error.code, "message": message}}
    screen.say(f"\n{served_text(served, stays=stays)}", style="bold")
    return {"served": served}


def _later(model: str) -> str:
    return f"The tuned model {model} is kept; `tuneport compare {model}` measures it."
