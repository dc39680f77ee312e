import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import openai
import pytest

from server_process import PATIENCE_SECONDS, ServerProcess
from tiny_model import write_tiny_model

CHAT = "/v1/chat/completions"
ENDED = {"completed", "failed", "cancelled", "expired"}


def line(custom_id: str, url: str = CHAT, **body: object) -> dict[str, object]:
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": {"model": "tiny", **body}}


def chat_line(n: int, max_tokens: int = 4) -> dict[str, object]:
    question = [{"role": "user", "content": f"What comes after {n}?"}]
    return line(f"line-{n}", messages=question, max_tokens=max_tokens, temperature=0)


def start(client: openai.OpenAI, lines: list[dict[str, object]], endpoint: str = CHAT, **options):
    content = b"".join(json.dumps(each).encode() + b"\n" for each in lines)
    file = client.files.create(file=("requests.jsonl", content), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint=endpoint, completion_window="24h", **options)


def wait_for(client: openai.OpenAI, batch_id: str, is_so: Callable[[openai.types.Batch], bool]) -> openai.types.Batch:
    deadline = time.monotonic() + 3 * PATIENCE_SECONDS
    while not is_so(batch := client.batches.retrieve(batch_id)):
        assert time.monotonic() < deadline, batch
        time.sleep(0.05)
    return batch


def wait_for_end(client: openai.OpenAI, batch_id: str) -> openai.types.Batch:
    return wait_for(client, batch_id, lambda batch: batch.status in ENDED)


def answers(client: openai.OpenAI, file_id: str | None) -> dict[str, dict[str, object]]:
    text = client.files.content(file_id).text
    return {record["custom_id"]: record for record in map(json.loads, text.splitlines())}


def test_batch_answers_as_the_route_does(real_client: openai.OpenAI):
    bad = line("bad", messages=[])
    batch = start(real_client, [chat_line(1), bad, chat_line(2)], metadata={"night": "1"})

    ended = wait_for_end(real_client, batch.id)

    assert (ended.status, ended.endpoint, ended.model, ended.metadata) == ("completed", CHAT, "tiny", {"night": "1"})
    assert ended.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    assert ended.created_at <= ended.in_progress_at <= ended.finalizing_at <= ended.completed_at < ended.expires_at
    output, errors = answers(real_client, ended.output_file_id), answers(real_client, ended.error_file_id)
    alone = real_client.chat.completions.create(**chat_line(1)["body"])
    body = output["line-1"]["response"]["body"]
    assert body["choices"][0]["message"]["content"] == alone.choices[0].message.content
    assert errors["bad"]["response"]["status_code"] == 400
    assert errors["bad"]["response"]["body"]["error"]["param"] == "messages"
    assert ended.usage.output_tokens == sum(
        record["response"]["body"]["usage"]["completion_tokens"] for record in output.values()
    )
    assert real_client.files.retrieve(ended.output_file_id).purpose == "batch_output"


@pytest.mark.parametrize(
    ("url", "body", "kind"),
    [
        ("/v1/completions", {"prompt": "one two", "max_tokens": 3}, "text_completion"),
        ("/completions", {"prompt": "one two", "max_tokens": 3}, "text_completion"),
        ("/v1/responses", {"input": "Say hi.", "max_output_tokens": 16}, "response"),
    ],
)
def test_other_endpoints_are_answered_too(real_client: openai.OpenAI, url: str, body: dict[str, object], kind: str):
    batch = start(real_client, [line("a", url, **body)], url)

    ended = wait_for_end(real_client, batch.id)

    assert ended.request_counts.completed == 1
    assert answers(real_client, ended.output_file_id)["a"]["response"]["body"]["object"] == kind


def test_file_with_problems_fails_with_the_line_of_each(client: openai.OpenAI):
    batch = start(client, [chat_line(1), chat_line(1), line("b", url="/v1/embeddings")])

    ended = wait_for_end(client, batch.id)

    assert (ended.status, ended.output_file_id) == ("failed", None)
    assert [(error.code, error.line) for error in ended.errors.data] == [
        ("duplicate_custom_id", 2),
        ("url_mismatch", 3),
    ]


def test_list_pages_through_all_newest_first(client: openai.OpenAI):
    ids = [start(client, [{}]).id for _ in range(3)]

    assert [batch.id for batch in client.batches.list(limit=2)][:3] == ids[::-1]


def test_cancelled_batch_keeps_what_it_has_and_ends_once(real_client: openai.OpenAI):
    batch = start(real_client, [chat_line(n, max_tokens=200) for n in range(200)])
    wait_for(real_client, batch.id, lambda batch: batch.status == "in_progress")

    assert real_client.batches.cancel(batch.id).status == "cancelling"
    ended = wait_for_end(real_client, batch.id)

    assert (ended.status, ended.cancelled_at is not None) == ("cancelled", True)
    assert ended.request_counts.completed < 200
    with pytest.raises(openai.ConflictError):
        real_client.batches.cancel(batch.id)


def test_endpoint_and_window_that_are_not_there_are_refused(client: openai.OpenAI):
    file = client.files.create(file=("requests.jsonl", b"{}\n"), purpose="batch")

    for options, param in (
        ({"endpoint": "/v1/images/generations"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"input_file_id": "file-x"}, "input_file_id"),
    ):
        with pytest.raises(openai.BadRequestError) as caught:
            client.batches.create(**{"input_file_id": file.id, "endpoint": CHAT, "completion_window": "24h", **options})
        assert caught.value.param == param


def test_server_killed_in_mid_batch_goes_on_and_asks_no_answered_line_again(tmp_path: Path):
    home = tmp_path / "home"
    model = write_tiny_model(tmp_path / "model")
    server = ServerProcess(home)
    source = {"source": str(model), "name": "tiny"}
    httpx.post(f"{server.url}/v1/tuneport/models", json=source, timeout=PATIENCE_SECONDS).raise_for_status()
    lines = [chat_line(n, max_tokens=120) for n in range(60)]
    batch = start(server.client(), lines)
    wait_for(server.client(), batch.id, lambda batch: batch.request_counts.completed >= 5)
    server.stop(signal.SIGKILL)
    at_kill = (home / "batches" / batch.id / "output.jsonl").read_bytes()

    server = ServerProcess(home)
    ended = wait_for_end(server.client(), batch.id)
    whole = wait_for_end(server.client(), start(server.client(), lines).id)

    content = server.client().files.content(ended.output_file_id).read()
    assert len(at_kill.splitlines()) < 60
    assert content.startswith(at_kill[: at_kill.rfind(b"\n") + 1])
    broken, unbroken = (answers(server.client(), each.output_file_id) for each in (ended, whole))
    assert said_by(broken) == said_by(unbroken)
    assert (len(broken), server.stop()) == (60, 0)


def said_by(records: dict[str, dict[str, object]]) -> dict[str, str]:
    return {name: record["response"]["body"]["choices"][0]["message"]["content"] for name, record in records.items()}
