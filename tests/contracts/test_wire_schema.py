"""Each answer of what OpenAI has too is as OpenAI's own description says, after one run of a tiny model."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from openai_schema import DESCRIPTION, STREAM, openai_operations, problems
from server_process import PATIENCE_SECONDS, ServerProcess, chat_rows
from tiny_encoder import NAME

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DESCRIPTION.exists(), reason="../shared/spec/openai-openapi.yaml is not there"),
]

RESOURCES = ("files", "uploads", "fine_tuning", "models", "chat", "completions", "embeddings", "responses", "batches")
WITHOUT_ANSWER = {
    "get /files/{file_id}/content": "the file's bytes, which are not JSON whatever the description says",
    "delete /responses/{response_id}": "described without a body",
    "post /responses/{response_id}/cancel": "no response runs in the background, so each is refused",
    "post /responses/compact": "not offered",
    "post /responses/input_tokens": "not offered",
    "post /fine_tuning/alpha/graders/run": "not offered yet",
    "post /fine_tuning/alpha/graders/validate": "not offered yet",
}
NOT_YET = "errors|(output|error)_file_id|(in_progress|finalizing|completed|failed|expired|cancelling|cancelled)_at"
DEVIATIONS = {
    r'status: "paused" is not one of .*': "OpenAI's own example of pausing answers it",
    r'data\.\d+\.role: "(system|user)" is not one of "assistant"': "OpenAI's own example lists what the user said",
    r'data\.\d+\.data: null is not of type "object"': "what the service tells as a job starts",
    rf"(data\.\d+\.)?({NOT_YET}): null is not of type .*": "so has OpenAI's own example of a batch",
}
"""A problem, as a pattern of its whole text → why the answer is right all the same."""

QUESTION = [{"role": "system", "content": "Count."}, {"role": "user", "content": "What comes after 3?"}]
TOOL = {"name": "set_light", "parameters": {"type": "object"}}
CHAT = {"model": "tiny", "messages": QUESTION, "max_tokens": 4, "seed": 1}
COMPLETION = {"model": "tiny", "prompt": "one two", "max_tokens": 4}
RESPONSE = {"model": "tiny", "input": "Hello", "max_output_tokens": 16}


class Tape:
    """Asks the server, and keeps what it answers to each operation."""

    def __init__(self, url: str) -> None:
        self.answers: dict[str, list[Any]] = defaultdict(list)
        self.events: dict[str, list[Any]] = defaultdict(list)
        self.http = httpx.Client(base_url=f"{url}/v1", timeout=PATIENCE_SECONDS)

    def ask(self, operation: str, *, body: Any = None, files: Any = None, form: Any = None, **names: str) -> Any:
        """Give the answer; `names` stand in the path."""
        method, path = operation.split(" ")
        answer = self.http.request(method, path.format(**names), json=body, files=files, data=form)
        assert answer.status_code == 200, (operation, answer.text)
        if answer.headers["content-type"].startswith(STREAM):
            told = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
            self.events[operation] += [json.loads(event) for event in told if event != "[DONE]"]
            return None
        self.answers[operation].append(answer.json())
        return answer.json()

    def wait(self, operation: str, *statuses: str, **names: str) -> Any:
        deadline = time.monotonic() + 3 * PATIENCE_SECONDS
        while (answer := self.ask(operation, **names))["status"] not in statuses:
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)
        return answer

    def upload(self, content: bytes, purpose: str) -> str:
        form = {"purpose": purpose, "expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
        return str(self.ask("post /files", files={"file": ("rows.jsonl", content)}, form=form)["id"])


@pytest.fixture(scope="module")
def tape(real_server: ServerProcess) -> Iterator[Tape]:
    tape = Tape(real_server.url)
    ask_about_files_and_uploads(tape)
    model = ask_about_jobs(tape)
    ask_for_answers(tape)
    ask_for_responses(tape)
    ask_about_batches(tape)
    ask_about_models(tape, model)
    yield tape
    tape.http.close()


def ask_about_files_and_uploads(tape: Tape) -> None:
    kept, gone = tape.upload(chat_rows(1), "user_data"), tape.upload(b"", "batch")
    tape.ask("get /files/{file_id}", file_id=kept)
    tape.ask("get /files")
    tape.ask("delete /files/{file_id}", file_id=gone)
    wanted = {"filename": "a.jsonl", "purpose": "fine-tune", "bytes": 4, "mime_type": "text/jsonl"}
    upload, left = (tape.ask("post /uploads", body=wanted)["id"] for _ in range(2))
    part = tape.ask("post /uploads/{upload_id}/parts", files={"data": ("a", b"abcd")}, upload_id=upload)["id"]
    tape.ask("post /uploads/{upload_id}/complete", body={"part_ids": [part]}, upload_id=upload)
    tape.ask("post /uploads/{upload_id}/cancel", upload_id=left)


def ask_about_jobs(tape: Tape) -> str:
    """Train, with a job waiting behind and one that fails; give the tuned model."""
    job_path = "get /fine_tuning/jobs/{fine_tuning_job_id}"
    rows, too_few = (tape.upload(chat_rows(n_rows), "fine-tune") for n_rows in (10, 3))
    hyperparameters = {"n_epochs": 3, "batch_size": 5}
    wanted = {"model": "tiny", "training_file": rows, "seed": 1}
    method = {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}
    trained = {**wanted, "method": method, "validation_file": too_few, "suffix": "a", "metadata": {"a": "1"}}
    job = tape.ask("post /fine_tuning/jobs", body=trained)["id"]
    dpo = tape.ask("post /fine_tuning/jobs", body={**wanted, "method": {"type": "dpo"}})["id"]
    waiting = tape.ask("post /fine_tuning/jobs", body=wanted)["id"]
    tape.wait(job_path, "queued", fine_tuning_job_id=waiting)
    for what in ("pause", "resume", "cancel"):
        tape.ask(f"post /fine_tuning/jobs/{{fine_tuning_job_id}}/{what}", fine_tuning_job_id=waiting)
    failing = tape.ask("post /fine_tuning/jobs", body={**wanted, "training_file": too_few})["id"]
    model = tape.wait(job_path, "succeeded", "failed", fine_tuning_job_id=job)["fine_tuned_model"]
    for broken in (dpo, failing):
        tape.wait(job_path, "failed", fine_tuning_job_id=broken)
    tape.ask("get /fine_tuning/jobs")
    for what in ("events", "checkpoints"):
        tape.ask(f"{job_path}/{what}", fine_tuning_job_id=job)
    return str(model)


def ask_for_answers(tape: Tape) -> None:
    chat, stored = "post /chat/completions", "/chat/completions/{completion_id}"
    streamed = {"stream": True, "stream_options": {"include_usage": True}}
    tape.ask(chat, body={**CHAT, "n": 2, "tools": [{"type": "function", "function": TOOL}]})
    tape.ask(chat, body={**CHAT, **streamed})
    kept = tape.ask(chat, body={**CHAT, "store": True, "metadata": {"a": "1"}})["id"]
    tape.ask("get /chat/completions")
    tape.ask(f"get {stored}", completion_id=kept)
    tape.ask(f"get {stored}/messages", completion_id=kept)
    tape.ask(f"post {stored}", body={"metadata": {"b": "2"}}, completion_id=kept)
    tape.ask(f"delete {stored}", completion_id=kept)
    tape.ask("post /completions", body={**COMPLETION, "echo": True})
    tape.ask("post /embeddings", body={"model": NAME, "input": ["one", "two"], "encoding_format": "float"})


def ask_for_responses(tape: Tape) -> None:
    made = tape.ask("post /responses", body={**RESPONSE, "tools": [{"type": "function", "strict": False, **TOOL}]})
    call = {"type": "function_call", "call_id": "call_1", "name": "set_light", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": "done"}
    asked = [{"role": "user", "content": "On!"}, call, output]
    going_on = tape.ask("post /responses", body={**RESPONSE, "input": asked, "previous_response_id": made["id"]})
    tape.ask("post /responses", body={**RESPONSE, "stream": True})
    tape.ask("get /responses/{response_id}", response_id=made["id"])
    tape.ask("get /responses/{response_id}/input_items", response_id=going_on["id"])


def ask_about_batches(tape: Tape) -> None:
    good, bad = (
        {"custom_id": "a", "method": "POST", "url": url, "body": COMPLETION} for url in ("/v1/completions", "/v1/x")
    )
    for line, status in ((good, "completed"), (bad, "failed")):
        file = tape.upload(json.dumps(line).encode() + b"\n", "batch")
        wanted = {"input_file_id": file, "endpoint": "/v1/completions", "completion_window": "24h"}
        batch = tape.ask("post /batches", body=wanted)["id"]
        tape.wait("get /batches/{batch_id}", status, batch_id=batch)
    many = b"".join(json.dumps({**good, "custom_id": str(n)}).encode() + b"\n" for n in range(500))
    wanted["input_file_id"] = tape.upload(many, "batch")
    tape.ask("post /batches/{batch_id}/cancel", batch_id=tape.ask("post /batches", body=wanted)["id"])
    tape.ask("get /batches")


def ask_about_models(tape: Tape, model: str) -> None:
    project = tape.http.post("tuneport/projects", json={"name": "another"}).json()["id"]
    permissions = "/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions"
    named = {"fine_tuned_model_checkpoint": model}
    granted = tape.ask(f"post {permissions}", body={"project_ids": [project]}, **named)["data"][0]["id"]
    tape.ask(f"get {permissions}", **named)
    tape.ask(f"delete {permissions}/{{permission_id}}", permission_id=granted, **named)
    tape.ask("get /models")
    tape.ask("get /models/{model}", model=model)
    tape.ask("delete /models/{model}", model=model)


def found_in(tape: Tape) -> dict[str, list[str]]:
    """Give the problems of each operation's answers."""
    return {
        operation: [problem for answer in answers for problem in problems(operation, answer)]
        for operation, answers in tape.answers.items()
    }


def is_explained(problem: str) -> bool:
    return any(re.fullmatch(pattern, problem) for pattern in DEVIATIONS)


def test_every_operation_that_openai_has_is_asked_or_left_out_for_a_reason(tape: Tape):
    assert openai_operations(*RESOURCES) - set(tape.answers) == set(WITHOUT_ANSWER)


@pytest.mark.requirement("R1.1")
def test_every_answer_is_as_openai_describes_it(tape: Tape):
    wrong = {
        operation: [each for each in found if not is_explained(each)] for operation, found in found_in(tape).items()
    }

    assert {operation: found for operation, found in wrong.items() if found} == {}


@pytest.mark.parametrize("operation", ["post /chat/completions", "post /responses"])
def test_every_event_of_a_stream_is_as_openai_describes_it(tape: Tape, operation: str):
    events = tape.events[operation]

    assert len(events) > 4
    assert [problem for event in events for problem in problems(operation, event, media_type=STREAM)] == []


def test_each_deviation_is_still_one(tape: Tape):
    found = [problem for each in found_in(tape).values() for problem in each]

    assert [why for pattern, why in DEVIATIONS.items() if not any(re.fullmatch(pattern, each) for each in found)] == []


def test_the_description_refuses_an_answer_that_lacks_something(tape: Tape):
    (answer, *_) = tape.answers["get /models"]
    broken = {**answer, "data": [{**answer["data"][0], "owned_by": None}]}

    assert list(problems("get /models", broken)) == ['data.0.owned_by: null is not of type "string"']
