"""Tuned models for other programs: over the wire, and by the command."""

from __future__ import annotations

import json
import time
from functools import partial
from hashlib import sha256

import httpx
import openai
import pytest
from transformers import pipeline

from server_process import ServerProcess, chat_rows, messages, wait_for_job
from tuneport_command import run_tuneport

EXPORT_SECONDS = 240
"""An export stands back from everything else that runs here."""


@pytest.fixture(scope="module")
def model(real_server: ServerProcess) -> str:
    """A model that a job of one epoch tuned."""
    with real_server.client() as client:
        file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")
        method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1, "batch_size": 5}}}
        job = client.fine_tuning.jobs.create(model="tiny", training_file=file.id, method=method)
        ended = wait_for_job(client, job.id, "succeeded", "failed", seconds=240)
        assert ended.status == "succeeded", messages(client, job.id)
        assert any(text.startswith("Served as trained: ") for text in messages(client, job.id))
    return ended.fine_tuned_model


@pytest.fixture(scope="module")
def ask(real_server: ServerProcess):
    """Ask for something of the exports; gives the answer."""

    def ask(method: str, path: str = "", **options) -> httpx.Response:
        return httpx.request(method, f"{real_server.url}/v1/tuneport/exports{path}", timeout=60, **options)

    return ask


@pytest.fixture(scope="module")
def export(ask, model: str) -> dict:
    """A finished export of the model as adapter."""
    created = ask("POST", json={"model": model, "format": "adapter"}).json()
    assert created["status"] in ("queued", "running")
    return wait_for_end(ask, created["id"])


@pytest.fixture
def tuneport(real_server: ServerProcess):
    return partial(run_tuneport, "models", url=real_server.url)


def wait_for_end(ask, export_id: str) -> dict:
    deadline = time.monotonic() + EXPORT_SECONDS
    while (export := ask("GET", f"/{export_id}").json())["status"] in ("queued", "running"):
        assert time.monotonic() < deadline, export
        time.sleep(0.1)
    return export


def test_a_model_says_whether_it_is_served_as_it_was_trained(real_client: openai.OpenAI, model: str, tuneport):
    parity = real_client.models.retrieve(model).tuneport["parity"]["engine"]
    shown = tuneport("show", model)

    assert (parity["is_equal"], parity["difference"]) == (True, None)
    assert parity["n_tokens"] > 0
    assert "served engine: as trained" in shown.stdout.replace("\n", " "), shown.stderr


@pytest.mark.requirement("R18.5", "R3.2")
def test_an_export_is_listed_and_fetched(ask, export: dict):
    assert (export["status"], export["error"], export["quantization"]) == ("succeeded", None, "f32")
    assert export["parity"]["is_equal"]
    assert export["id"] in [each["id"] for each in ask("GET").json()["data"]]
    for file in export["files"]:
        content = ask("GET", f"/{export['id']}/files/{file['name']}/content").content
        assert (len(content), sha256(content).hexdigest()) == (file["bytes"], file["sha256"])


def test_an_export_is_cancelled_once_and_deleted(ask, model: str, export: dict):
    export_id = ask("POST", json={"model": model, "format": "merged"}).json()["id"]

    cancelled = ask("POST", f"/{export_id}/cancel").json()
    answers = [ask("POST", f"/{each}/cancel").status_code for each in (export_id, export["id"])]
    deleted = ask("DELETE", f"/{export_id}").json()

    assert (cancelled["status"], answers) == ("cancelled", [409, 409])
    assert deleted == {"id": export_id, "object": "export", "deleted": True}
    assert ask("GET", f"/{export_id}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"model": "tiny", "format": "merged"}, 400, "not_a_tuned_model"),
        ({"model": "ft:tiny:local::none", "format": "merged"}, 404, "model_not_found"),
        ({"model": None, "format": "onnx"}, 400, None),
        ({"model": None, "format": "gguf", "quantization": "q4_k_m"}, 400, "quantization_unavailable"),
        ({"model": None, "format": "gguf", "bits": 4}, 400, None),
    ],
)
def test_what_cannot_be_exported_is_refused_by_name(ask, model: str, body, status: int, code):
    answer = ask("POST", json={**body, "model": body["model"] or model})

    assert answer.status_code == status, answer.text
    assert code in (None, answer.json()["error"]["code"])


@pytest.mark.parametrize("path", ["/export_none", "/export_none/files/x/content", "/%2e%2e%2fetc"])
def test_what_is_not_there_is_not_found(ask, path: str):
    assert ask("GET", path).status_code == 404


def test_no_path_leads_out_of_an_export(ask, export: dict):
    for name in ("..%2F..%2Fserver.json", "%2E%2E", "export_order.json"):
        assert ask("GET", f"/{export['id']}/files/{name}/content").status_code == 404


def test_the_command_writes_a_folder_that_transformers_loads(
    tuneport, real_client: openai.OpenAI, model: str, ask, tmp_path
):
    out, kept_before = tmp_path / "merged", ask("GET").json()["data"]

    done = tuneport("export", model, "--out", out)
    again = tuneport("export", model, "--out", out)

    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert f"has {model} as merged (f32)" in said
    assert "proved: as trained" in said
    assert again.returncode == 2
    assert "--force" in again.stderr
    # The server keeps nothing of what was fetched.
    assert ask("GET").json()["data"] == kept_before
    prompt = [{"role": "user", "content": "Say 3."}]
    theirs = pipeline("text-generation", str(out))(prompt, max_new_tokens=8, do_sample=False)
    ours = real_client.chat.completions.create(model=model, messages=prompt, max_tokens=8, temperature=0)
    assert theirs[0]["generated_text"][-1]["content"] == ours.choices[0].message.content


def test_the_command_replaces_an_export_only_when_told_and_nothing_else_ever(tuneport, model: str, tmp_path):
    out, other = tmp_path / "adapter", tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work")
    options = ("--format", "adapter", "--json")

    first = tuneport("export", model, "--out", out, *options)
    second = tuneport("export", model, "--out", out, "--force", *options)
    refused = tuneport("export", model, "--out", other, "--force", *options)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    record = json.loads(second.stdout)
    assert record["folder"] == str(out.resolve())
    assert sorted(path.name for path in out.iterdir()) == sorted(file["name"] for file in record["files"])
    assert refused.returncode == 2
    assert [path.name for path in other.iterdir()] == ["chapter.txt"]
