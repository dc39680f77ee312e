import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import get_args

import httpx
import openai
import pytest

from fake_clock import FakeClock
from tuneport.api.webhooks.wire import EventType
from tuneport.cli.commands.webhooks import ALL_EVENTS
from tuneport.config import DEFAULT_PROJECT
from tuneport.core import InvalidRequest, NotFound, StorageFull
from tuneport.jobs import NewJob, add_job, cancel_job
from tuneport.store import BatchRow, Database, DeliveryRow, open_database
from tuneport.workspace.batch_status import BatchStatus, move_batch
from tuneport.workspace.webhook_deliveries import WebhookDeliveries
from tuneport.workspace.webhook_record import WEBHOOK_EVENTS, WebhookEvent, new_secret
from tuneport.workspace.webhook_sending import send_event
from tuneport.workspace.webhooks import Webhooks
from webhook_receiver import Receiver, receiver

DAY = 24 * 3600


class Bench:
    """A project with webhooks, jobs that end, and deliveries by a clock that a test sets."""

    def __init__(self, database: Database, address: Receiver) -> None:
        self.database = database
        self.address = address
        self.own = database.of_project(DEFAULT_PROJECT)
        self.clock = FakeClock()
        self.webhooks = Webhooks(self.own, self.clock)
        self.deliveries = WebhookDeliveries(database, self.clock)

    def end_job(self, database: Database | None = None) -> str:
        new = NewJob(base_model="tiny", training_file="file-a", validation_file=None, seed=7, organization="local")
        with (database or self.own).write() as session:
            job = add_job(session, new, at=self.clock.now())
        with self.database.write() as session:
            cancel_job(session, job.id, at=self.clock.now())
        return job.id

    def send(self, after_seconds: int = 0) -> None:
        self.clock.seconds += after_seconds
        self.deliveries.start_due()
        for thread in list(self.deliveries._threads.values()):
            thread.join(60)

    def seconds_to_next(self) -> int:
        with self.database.read() as session:
            return session.query(DeliveryRow).one().next_attempt_at - self.clock.now()

    def waiting(self) -> int:
        with self.database.read() as session:
            return session.query(DeliveryRow).count()


def raise_full() -> None:
    raise StorageFull("the disk is full.")


@contextmanager
def slow_receiver() -> Iterator[str]:
    """One that sends a byte of its answer every tenth of a second."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nx-a: " + b"a" * 600:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.1)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def cancel_and_fail(bench: Bench, job_id: str) -> None:
    with bench.own.write() as session:
        cancel_job(session, job_id, at=2)
        session.flush()
        raise RuntimeError


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    database = open_database(tmp_path / "tuneport.db")
    with receiver() as address:
        yield Bench(database, address)
    database.close()


def test_end_of_a_job_is_told_as_openai_tells_it(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    _, secret = bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="mine")
    job_id = bench.end_job()

    bench.send()

    ((headers, body),) = bench.address.received
    monkeypatch.setattr("time.time", lambda: bench.clock.now())
    event = openai.OpenAI(api_key="none").webhooks.unwrap(body, headers, secret=secret)
    assert (event.type, event.object, event.data.id) == ("fine_tuning.job.cancelled", "event", job_id)
    assert (event.created_at, event.id[:4]) == (bench.clock.now(), "evt_")
    assert bench.waiting() == 0


def test_signature_with_another_secret_is_refused_by_the_official_client(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    _, other = bench.webhooks.create(bench.address.url, ["batch.failed"], name="")
    bench.end_job()
    bench.send()
    ((headers, body),) = bench.address.received
    monkeypatch.setattr("time.time", lambda: bench.clock.now())

    with pytest.raises(openai.InvalidWebhookSignatureError):
        openai.OpenAI(api_key="none").webhooks.unwrap(body, headers, secret=other)


def test_end_of_a_batch_is_told(bench: Bench):
    bench.webhooks.create(bench.address.url, ["batch.completed"], name="")
    row = BatchRow(
        id="batch_a", created_at=1, expires_at=9, status=BatchStatus.FINALIZING, endpoint="/v1/embeddings",
        input_file_id="file-a", completion_window="24h", labels={},
    )  # fmt: skip
    with bench.own.write() as session:
        session.add(row)
    with bench.database.write() as session:
        move_batch(session.get(BatchRow, row.seq), BatchStatus.COMPLETED, at=77)

    bench.send()

    told = json.loads(bench.address.received[0][1])
    assert (told["type"], told["created_at"], told["data"]) == ("batch.completed", 77, {"id": "batch_a"})


def test_event_that_does_not_arrive_is_sent_again_with_growing_pauses(bench: Bench):
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    bench.address.statuses = [500, 503]
    bench.end_job()

    for pause in (0, 4, 1, 14, 1):
        bench.send(after_seconds=pause)

    ids = [headers["webhook-id"] for headers, _ in bench.address.received]
    assert len(ids) == 3
    assert len(set(ids)) == 1
    assert bench.waiting() == 0


def test_event_is_given_up_after_three_days_and_said_so(bench: Bench, caplog: pytest.LogCaptureFixture):
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    bench.address.statuses = [500] * 1000
    bench.end_job()
    begun = bench.clock.now()

    with caplog.at_level(logging.WARNING):
        while bench.waiting():
            bench.send(after_seconds=bench.seconds_to_next())

    assert 2.8 * DAY < bench.clock.now() - begun <= 3 * DAY
    assert "given up" in caplog.messages[-1]


def test_redirect_is_not_followed(bench: Bench):
    with receiver() as elsewhere:
        bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
        bench.address.statuses, bench.address.location = [307], elsewhere.url
        bench.end_job()

        bench.send()

        assert elsewhere.received == []
        assert bench.waiting() == 1


def test_address_that_nobody_answers_does_not_lose_the_event(bench: Bench):
    bench.webhooks.create("http://127.0.0.1:9/hook", ["fine_tuning.job.cancelled"], name="")
    bench.end_job()

    bench.send()

    assert bench.waiting() == 1


def test_webhook_is_told_of_its_own_project_and_its_own_events_only(bench: Bench):
    foreign = bench.database.of_project("proj_other")
    Webhooks(foreign, bench.clock).create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.failed"], name="")

    bench.end_job()
    assert bench.waiting() == 0

    bench.end_job(foreign)
    assert bench.waiting() == 1


def test_deleted_webhook_is_told_nothing_more(bench: Bench):
    webhook, _ = bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    bench.end_job()

    bench.webhooks.delete(webhook.id)

    assert bench.waiting() == 0
    with pytest.raises(NotFound, match=webhook.id):
        bench.webhooks.find(webhook.id)


def test_change_that_is_rolled_back_is_not_told(bench: Bench):
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    new = NewJob(base_model="tiny", training_file="file-a", validation_file=None, seed=7, organization="local")
    with bench.own.write() as session:
        job = add_job(session, new, at=1)

    with pytest.raises(RuntimeError):
        cancel_and_fail(bench, job.id)

    assert bench.waiting() == 0


@pytest.mark.parametrize(
    "url", ["", "example.com", "ftp://example.com", "http://", "http://a:b@host/", "http://x\n.de", "http://[::1"]
)
def test_what_is_no_address_is_refused(bench: Bench, url: str):
    with pytest.raises(InvalidRequest) as caught:
        bench.webhooks.create(url, ["batch.failed"], name="")

    assert caught.value.code == "invalid_webhook_url"


def test_test_delivery_gives_the_status_that_came_back(bench: Bench):
    webhook, _ = bench.webhooks.create(bench.address.url, ["batch.failed"], name="")
    bench.address.statuses = [418]

    assert bench.webhooks.test(webhook.id, "batch.failed") == 418


def test_test_delivery_to_nobody_says_so(bench: Bench):
    webhook, _ = bench.webhooks.create("http://127.0.0.1:9/", ["batch.failed"], name="")

    with pytest.raises(InvalidRequest, match="did not answer"):
        bench.webhooks.test(webhook.id, "batch.failed")


IMPOSSIBLE_NAMES = ["http://a..b/", f"http://{'a' * 70}.example/", "http://é..b/", "http://xn--a/"]


@pytest.mark.parametrize("url", IMPOSSIBLE_NAMES)
def test_test_delivery_to_a_name_that_no_machine_can_have_says_so(bench: Bench, url: str):
    webhook, _ = bench.webhooks.create(url, ["batch.failed"], name="")

    with pytest.raises(InvalidRequest, match="did not answer"):
        bench.webhooks.test(webhook.id, "batch.failed")


@pytest.mark.parametrize("url", IMPOSSIBLE_NAMES)
def test_delivery_to_a_name_that_no_machine_can_have_is_put_off_and_given_up(bench: Bench, url: str):
    bench.webhooks.create(url, ["fine_tuning.job.cancelled"], name="")
    bench.end_job()

    bench.send()
    with bench.database.read() as session:
        n_attempts = session.query(DeliveryRow).one().n_attempts
    while bench.waiting():
        bench.send(after_seconds=3 * 3600)

    assert n_attempts == 1


def test_event_of_a_server_that_was_off_for_days_is_tried_as_often_as_any_other(bench: Bench):
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    bench.address.statuses = [500]
    bench.end_job()

    bench.send(after_seconds=4 * DAY)
    bench.send(after_seconds=5)

    assert len(bench.address.received) == 2
    assert bench.waiting() == 0


@pytest.mark.parametrize("status", [200, 500])
def test_full_disk_sends_nothing_twice(bench: Bench, monkeypatch: pytest.MonkeyPatch, status: int):
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="")
    bench.address.statuses = [status]
    bench.end_job()

    with monkeypatch.context() as patch:
        patch.setattr(bench.database, "write", raise_full)
        for _ in range(5):
            bench.send(after_seconds=1)
    assert len(bench.address.received) == 1
    assert bench.waiting() == 1

    bench.send(after_seconds=1)
    assert (len(bench.address.received), bench.waiting()) == (1, 0 if status == 200 else 1)


def test_delivery_that_is_deleted_while_it_is_sent_takes_no_other_with_it(bench: Bench):
    old, _ = bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="old")
    bench.end_job()
    due = bench.deliveries._next_due(old.id)
    bench.webhooks.delete(old.id)
    bench.webhooks.create(bench.address.url, ["fine_tuning.job.cancelled"], name="new")
    bench.end_job()

    bench.deliveries._deliver(due)

    assert bench.waiting() == 1


def test_receiver_that_answers_byte_by_byte_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tuneport.workspace.webhook_sending.SEND_SECONDS", 0.5)
    event = WebhookEvent("evt_a", "batch.failed", 1, "batch_a")
    with slow_receiver() as url, pytest.raises(httpx.ReadTimeout, match=r"within 0\.5 s"):
        send_event(url, new_secret(), event, at=1)


def test_wire_and_command_know_the_events_that_there_are():
    assert set(get_args(EventType)) == set(ALL_EVENTS) == set(WEBHOOK_EVENTS)
