"""From a tuned model back to the job that made it, and what that job was measured on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.comparison_follow import FEW_SHOT_ROWS
from tuneport.cli.data_files import uploaded
from tuneport.cli.screen import Screen
from tuneport.core import InvalidRequest, NotFound

_JOBS_PER_PAGE = 100


@contextmanager
def comparison_body(
    client: Client, screen: Screen, model: str, validation_file: Path | None = None
) -> Iterator[dict[str, Any]]:
    """Give the request that compares `model` with its base on `validation_file`, or on its own job's if `None`.

    `validation_file` is on the server no longer than the block.
    """
    body = _body_on_own_rows(client, model)
    if validation_file is not None:
        with uploaded(client, screen, validation_file) as file_id:
            yield body | {"validation_file": file_id}
        return
    if body["validation_file"] is None:
        raise InvalidRequest(
            f"{model} was trained without a validation file, so there is nothing to measure it on. "
            "Give rows that it was not trained on, with --validation FILE."
        )
    yield body


def _body_on_own_rows(client: Client, model: str) -> dict[str, Any]:
    job = _find_job(client, model)
    if (job.get("method") or {}).get("type") == "dpo":
        raise InvalidRequest(
            f"{model} was trained on pairs of answers, so there is no right answer to compare with. Its held-out pairs "
            f"were measured by its job: GET {client.url}/tuneport/jobs/{job['id']}/preferences gives the result."
        )
    return {
        "training_file": job["training_file"],
        "validation_file": job["validation_file"],
        "base_model": job["model"],
        "tuned_model": model,
        "few_shot_rows": FEW_SHOT_ROWS,
    }


def _find_job(client: Client, model: str) -> dict[str, Any]:
    page = client.get("fine_tuning/jobs", limit=_JOBS_PER_PAGE)
    while True:
        for job in page["data"]:
            if job["fine_tuned_model"] is not None and job["fine_tuned_model"] == model.partition(":ckpt-step-")[0]:
                return dict(job)
        if not page["has_more"]:
            raise NotFound(
                f"No job on this server has made {model!r}. `tuneport models list` names the tuned models.",
                code="model_not_found",
            )
        page = client.get("fine_tuning/jobs", limit=_JOBS_PER_PAGE, after=page["data"][-1]["id"])
