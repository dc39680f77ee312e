import signal

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows, wait_for_job
from webhook_receiver import receiver

EVENTS = ["fine_tuning.job.succeeded", "batch.failed"]


def create_job(client: openai.OpenAI):
    file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")
    return client.fine_tuning.jobs.create(model="smollm2-135m-instruct", training_file=file.id)


def test_official_client_makes_lists_tests_and_deletes_webhooks(client: openai.OpenAI, server: ServerProcess):
    with receiver() as address:
        webhook = client.webhooks.create(event_types=EVENTS, name="mine", url=address.url)
        tested = client.webhooks.test(webhook.id, event_type="batch.failed")
        headers, body = address.wait_for(1)[0]

    event = client.webhooks.unwrap(body, headers, secret=webhook.signing_secret)
    assert (event.type, tested.status_code, webhook.signing_secret[:6]) == ("batch.failed", 200, "whsec_")
    listed = httpx.get(f"{server.url}/v1/tuneport/webhooks").json()["data"][0]
    assert (listed["id"], "signing_secret" in listed) == (webhook.id, False)
    assert client.webhooks.retrieve(webhook.id).url == address.url
    assert client.webhooks.delete(webhook.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.webhooks.retrieve(webhook.id)


def test_end_of_a_job_and_of_a_batch_are_told(client: openai.OpenAI):
    with receiver() as address:
        webhook = client.webhooks.create(event_types=EVENTS, name="mine", url=address.url)
        job = create_job(client)
        file = client.files.create(file=("requests.jsonl", b"{}\n"), purpose="batch")
        batch = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
        told = [
            client.webhooks.unwrap(body, headers, secret=webhook.signing_secret)
            for headers, body in address.wait_for(2)
        ]
        client.webhooks.delete(webhook.id)

    assert {(event.type, event.data.id) for event in told} == {
        ("fine_tuning.job.succeeded", job.id),
        ("batch.failed", batch.id),
    }


def test_event_that_did_not_arrive_is_told_by_the_next_server(start_server):
    with receiver() as address:
        address.statuses = [500]
        first = start_server("good")
        first.client().webhooks.create(event_types=EVENTS, name="mine", url=address.url)
        job = create_job(first.client())
        wait_for_job(first.client(), job.id, "succeeded")
        address.wait_for(1)
        first.stop(signal.SIGKILL)

        start_server("good")

        before, after = (headers["webhook-id"] for headers, _ in address.wait_for(2))
        assert before == after


def test_unknown_event_is_refused(server: ServerProcess):
    body = {"url": "https://example.com", "event_types": ["response.completed"]}

    answer = httpx.post(f"{server.url}/v1/tuneport/webhooks", json=body)

    assert answer.status_code == 400
    assert "batch.completed" in answer.json()["error"]["message"]
