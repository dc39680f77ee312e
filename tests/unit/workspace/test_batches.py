import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import Conflict, InvalidRequest, StorageFull
from tuneport.store import Blobs, BlobWriter, Database, open_database
from tuneport.workspace import Batch, BatchRequest, BatchStatus, Files, LineAnswer
from tuneport.workspace.batch_answers import BatchAnswers
from tuneport.workspace.batch_status import ENDED
from tuneport.workspace.batch_work import BatchWork
from tuneport.workspace.batch_workers import BatchWorkers
from tuneport.workspace.batches import Batches
from tuneport.workspace.file_record import find_file_row

URL = "/v1/chat/completions"
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 3}}

GONE = LineAnswer(503, {"error": {"message": "the engine is gone"}}, is_worth_repeating=True)


class Bench:
    """A project with batches, and the work on them, done in the test's own thread."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.settings = Settings(home=home, batches_at_once=1, batch_parallel_requests=2, max_batch_bytes=2000)
        self.clock = FakeClock()
        self.blobs = Blobs(self.settings.files)
        own = database.of_project(DEFAULT_PROJECT)
        self.files = Files(own, self.blobs, self.settings, self.clock)
        self.batches = Batches(own, self.settings, self.clock, lambda: None)
        self.stopping = threading.Event()
        self.asked: list[str] = []

    def upload(self, *lines: object, purpose: str = "batch") -> str:
        with self.files.upload() as upload:
            upload.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
            return upload.finish(filename="input.jsonl", purpose=purpose).id

    def create(self, *lines: object, **options: int) -> Batch:
        return self.batches.create(BatchRequest(self.upload(*lines), URL, **options))

    def work(self, answer: Callable[[str], LineAnswer] | None = None) -> BatchWork:
        def answer_line(_project: str, _endpoint: str, body: dict[str, str]) -> LineAnswer:
            self.asked.append(body["say"])
            return answer(body["say"]) if answer else good(body["say"])

        return BatchWork(self.database, self.blobs, self.settings, self.clock, answer_line, self.stopping)

    def work_on(self, batch: Batch, answer: Callable[[str], LineAnswer] | None = None) -> Batch:
        self.work(answer).work_on(batch.id)
        return self.batches.find(batch.id)

    def lines(self, file_id: str | None) -> dict[str, dict[str, object]]:
        assert file_id is not None
        records = [json.loads(line) for line in self.files.path(file_id).read_text().splitlines()]
        return {record["custom_id"]: record for record in records}

    def stored(self) -> set[str]:
        return {path.name for path in self.settings.files.iterdir()}

    def left_over(self) -> list[Path]:
        return list(self.settings.batches.glob("*"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    database = open_database(tmp_path / "tuneport.db")
    yield Bench(database, tmp_path)
    database.close()


def request(custom_id: str) -> dict[str, object]:
    return {"custom_id": custom_id, "method": "POST", "url": URL, "body": {"model": "tiny", "say": custom_id}}


def good(say: str) -> LineAnswer:
    return LineAnswer(200, {"said": say, "usage": USAGE})


def bad(_say: str) -> LineAnswer:
    return LineAnswer(400, {"error": {"message": "no"}})


def raise_full(*_arguments: object) -> None:
    raise StorageFull("the disk is full")


def fails_at_second(make: Callable[[str], BlobWriter]) -> Callable[[str], BlobWriter]:
    calls = iter((make, raise_full))
    return lambda blob_id: next(calls)(blob_id)


def test_batch_ends_with_answers_and_errors_in_files_of_their_own(bench: Bench):
    batch = bench.create(request("a"), request("b"), request("c"), output_lifetime_seconds=3600)

    ended = bench.work_on(batch, lambda say: bad(say) if say == "b" else good(say))

    assert (ended.status, ended.n_total, ended.n_completed, ended.n_failed) == (BatchStatus.COMPLETED, 3, 2, 1)
    output, errors = bench.lines(ended.output_file_id), bench.lines(ended.error_file_id)
    assert set(output) == {"a", "c"}
    assert output["a"]["response"]["body"]["said"] == "a"
    assert (errors["b"]["response"]["status_code"], errors["b"]["error"]) == (400, None)
    assert ended.usage is not None
    assert (ended.usage.input_tokens, ended.usage.cached_tokens, ended.usage.output_tokens) == (10, 6, 4)
    file = bench.files.find(ended.output_file_id)
    assert (file.purpose, file.expires_at) == ("batch_output", bench.clock.now() + 3600)
    assert bench.left_over() == []


def test_file_with_problems_fails_the_batch_and_asks_nothing(bench: Bench):
    ended = bench.work_on(bench.create(request("a"), {"custom_id": "b"}))

    assert (ended.status, bench.asked) == (BatchStatus.FAILED, [])
    assert [(problem.code, problem.line) for problem in ended.problems] == [("invalid_method", 2)]
    assert ended.times == {BatchStatus.FAILED: bench.clock.now()}


def test_server_that_leaves_is_followed_by_one_that_asks_only_the_rest(bench: Bench):
    batch = bench.create(*(request(name) for name in "abcdef"))

    def answer_then_leave(say: str) -> LineAnswer:
        if say in {"a", "b"}:
            return good(say)
        bench.stopping.set()
        return GONE

    left = bench.work_on(batch, answer_then_leave)
    asked_before, bench.asked = bench.asked, []
    bench.stopping.clear()
    ended = bench.work_on(batch)

    assert (left.status, left.n_completed, left.n_failed) == (BatchStatus.IN_PROGRESS, 2, 0)
    assert set(asked_before) <= set("abcd")
    assert sorted(bench.asked) == list("cdef")
    assert set(bench.lines(ended.output_file_id)) == set("abcdef")


def test_half_a_line_of_a_killed_server_is_dropped_and_asked_again(bench: Bench):
    batch = bench.create(request("a"), request("b"))

    def leave_after_first(say: str) -> LineAnswer:
        bench.stopping.set()
        return good(say) if say == "a" else GONE

    bench.work_on(batch, leave_after_first)
    (answered,) = bench.settings.batches.glob("*/output.jsonl")
    answered.write_bytes(answered.read_bytes() + b'{"custom_id": "b", "resp')
    bench.stopping.clear()
    ended = bench.work_on(batch)

    assert set(bench.lines(ended.output_file_id)) == {"a", "b"}


def test_cancelled_batch_keeps_what_was_answered(bench: Bench):
    batch = bench.create(*(request(name) for name in "abcdef"))

    is_cancelled = threading.Event()

    def answer_and_cancel(say: str) -> LineAnswer:
        if say == "a":
            bench.batches.cancel(batch.id)
            is_cancelled.set()
        assert is_cancelled.wait(60)
        return good(say)

    ended = bench.work_on(batch, answer_and_cancel)

    assert ended.status == BatchStatus.CANCELLED
    assert {BatchStatus.CANCELLING, BatchStatus.CANCELLED} <= set(ended.times)
    answered = set(bench.lines(ended.output_file_id))
    assert "a" in answered
    assert len(answered) == ended.n_completed <= bench.settings.batch_parallel_requests
    with pytest.raises(Conflict, match="'cancelled'"):
        bench.batches.cancel(batch.id)


def test_line_that_can_never_be_answered_is_asked_once(bench: Bench):
    ended = bench.work_on(bench.create(request("a")), lambda _say: LineAnswer(503, {"error": {"message": "too long"}}))

    assert (ended.status, ended.n_failed, bench.asked) == (BatchStatus.COMPLETED, 1, ["a"])


def test_engine_that_is_gone_is_asked_again(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tuneport.workspace.batch_work.RETRY_PAUSES", (0.01, 0.01))

    ended = bench.work_on(bench.create(request("a")), lambda _say: GONE if len(bench.asked) < 3 else good("a"))

    assert (ended.n_completed, bench.asked) == (1, ["a", "a", "a"])


@pytest.mark.parametrize("status", [BatchStatus.CANCELLED, BatchStatus.EXPIRED])
def test_engine_that_is_gone_is_not_waited_for_once_the_batch_is_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, status: BatchStatus
):
    monkeypatch.setattr("tuneport.workspace.batch_work.RETRY_PAUSES", (600.0,))
    batch = bench.create(request("a"))

    def fail_as_the_batch_ends(_say: str) -> LineAnswer:
        if status == BatchStatus.CANCELLED:
            bench.batches.cancel(batch.id)
        else:
            bench.clock.seconds += 24 * 3600
        return GONE

    assert bench.work_on(batch, fail_as_the_batch_ends).status == status
    assert bench.asked == ["a"]


@pytest.mark.parametrize("broken", ["second file", "record"])
def test_full_disk_at_the_end_leaves_no_output_behind(bench: Bench, monkeypatch: pytest.MonkeyPatch, broken: str):
    batch = bench.create(request("a"), request("b"))
    answers = {"a": good("a"), "b": bad("b")}
    before = bench.stored()
    with monkeypatch.context() as patch:
        if broken == "record":
            patch.setattr("tuneport.workspace.batch_work.asdict", raise_full)
        else:
            patch.setattr(bench.blobs, "new", fails_at_second(bench.blobs.new))
        with pytest.raises(StorageFull):
            bench.work_on(batch, answers.__getitem__)

    left = bench.stored()
    ended = bench.work_on(batch)

    assert left == before
    assert set(bench.lines(ended.output_file_id)) | set(bench.lines(ended.error_file_id)) == {"a", "b"}


def test_batch_that_is_cancelled_before_its_turn_asks_nothing(bench: Bench):
    batch = bench.create(request("a"))

    bench.batches.cancel(batch.id)

    assert (bench.work_on(batch).status, bench.asked) == (BatchStatus.CANCELLED, [])


def test_requests_that_are_late_are_errors_of_an_expired_batch(bench: Bench):
    batch = bench.create(*(request(name) for name in "abcdef"))

    def answer_late(say: str) -> LineAnswer:
        bench.clock.seconds += 24 * 3600
        return good(say)

    ended = bench.work_on(batch, answer_late)

    errors = bench.lines(ended.error_file_id)
    assert ended.status == BatchStatus.EXPIRED
    assert errors["f"]["error"]["code"] == "batch_expired"
    assert errors["f"]["response"] is None
    assert set(errors) | set(bench.lines(ended.output_file_id)) == set("abcdef")


def test_batch_whose_window_ends_while_no_server_runs_is_expired_by_the_next(bench: Bench):
    batch = bench.create(*(request(name) for name in "abcdef"))

    def answer_one_and_leave(say: str) -> LineAnswer:
        bench.stopping.set()
        return good(say) if say == "a" else GONE

    bench.work_on(batch, answer_one_and_leave)
    bench.stopping.clear()
    bench.clock.seconds += 24 * 3600
    bench.asked = []
    ended = bench.work_on(batch)

    assert (ended.status, ended.n_completed, ended.n_failed, bench.asked) == (BatchStatus.EXPIRED, 1, 5, [])
    assert set(bench.lines(ended.output_file_id)) == {"a"}
    late = bench.lines(ended.error_file_id)
    assert {name: line["error"]["code"] for name, line in late.items()} == dict.fromkeys("bcdef", "batch_expired")


def test_server_killed_once_it_had_written_who_is_late_leaves_an_expired_batch(bench: Bench):
    batch = bench.create(request("a"), request("b"))
    bench.stopping.set()
    bench.work_on(batch)
    with BatchAnswers(bench.settings.batches / batch.id) as answers:
        answers.add("a", good("a"))
        answers.add_expired("b")

    bench.stopping.clear()
    bench.clock.seconds += 24 * 3600
    ended = bench.work_on(batch)

    assert (ended.status, ended.n_completed, ended.n_failed) == (BatchStatus.EXPIRED, 1, 1)


def test_batch_that_no_server_ever_looked_at_in_time_tells_each_request_that_it_is_late(bench: Bench):
    batch = bench.create(request("a"), request("b"))
    bench.clock.seconds += 24 * 3600

    ended = bench.work_on(batch)

    assert (ended.status, ended.n_total, ended.output_file_id, bench.asked) == (BatchStatus.EXPIRED, 2, None, [])
    assert set(bench.lines(ended.error_file_id)) == {"a", "b"}


def test_input_file_of_another_purpose_or_size_is_refused_at_once(bench: Bench):
    wrong = bench.upload(request("a"), purpose="fine-tune")
    large = bench.upload(*(request(f"{n}") for n in range(50)))

    for file_id, code in ((wrong, "invalid_purpose"), (large, "file_too_large"), ("file-x", "file_not_found")):
        with pytest.raises(InvalidRequest) as caught:
            bench.batches.create(BatchRequest(file_id, URL))
        assert (caught.value.code, caught.value.param) == (code, "input_file_id")


def test_input_file_that_is_still_coming_is_not_ready(bench: Bench):
    file_id = bench.upload(request("a"))
    with bench.database.write() as session:
        find_file_row(session, file_id).status = "uploaded"

    with pytest.raises(InvalidRequest, match="'uploaded'") as caught:
        bench.batches.create(BatchRequest(file_id, URL))

    assert (caught.value.code, caught.value.param) == ("file_not_ready", "input_file_id")


def test_input_file_stays_until_its_batch_has_ended(bench: Bench):
    batch = bench.create(request("a"))

    with pytest.raises(Conflict, match=batch.id):
        bench.files.delete(batch.input_file_id)

    bench.work_on(batch)
    bench.files.delete(batch.input_file_id)


def ended_by_workers(bench: Bench, batch: Batch) -> Batch:
    workers = BatchWorkers(bench.work())
    workers.start()
    deadline = time.monotonic() + 60
    while (now := bench.batches.find(batch.id)).status not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    workers.stop()
    return now


def test_batch_that_always_fails_ends_with_the_reason_and_holds_up_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tuneport.jobs.worker.RETRY_SECONDS", 0.01)
    broken, good_one = bench.create(request("a")), bench.create(request("b"))
    bench.blobs.path(broken.input_file_id).unlink()

    ended = ended_by_workers(bench, good_one)

    assert ended.status == BatchStatus.COMPLETED
    failed = bench.batches.find(broken.id)
    (problem,) = failed.problems
    assert (failed.status, problem.code) == (BatchStatus.FAILED, "internal_error")
    assert "FileNotFoundError" in problem.message


def test_batch_that_always_fails_keeps_what_was_answered(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tuneport.jobs.worker.RETRY_SECONDS", 0.01)
    batch = bench.create(request("a"), request("b"), request("c"))
    bench.stopping.set()
    bench.work_on(batch)
    bench.stopping.clear()
    with BatchAnswers(bench.settings.batches / batch.id) as answers:
        answers.add("a", good("a"))
        answers.add("b", bad("b"))
    bench.blobs.path(batch.input_file_id).unlink()

    failed = ended_by_workers(bench, batch)

    assert (failed.status, failed.n_completed, failed.n_failed) == (BatchStatus.FAILED, 1, 1)
    assert set(bench.lines(failed.output_file_id)) == {"a"}
    assert set(bench.lines(failed.error_file_id)) == {"b"}
    assert failed.usage is not None
    assert (failed.usage.output_tokens, bench.left_over()) == (2, [])


def test_batch_whose_answers_cannot_be_read_fails(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tuneport.jobs.worker.RETRY_SECONDS", 0.01)
    batch = bench.create(request("a"), request("b"))
    bench.stopping.set()
    bench.work_on(batch)
    bench.stopping.clear()
    (bench.settings.batches / batch.id / "output.jsonl").write_bytes(b"not json\n")

    assert ended_by_workers(bench, batch).status == BatchStatus.FAILED
    assert bench.left_over() == []


def test_batch_that_fails_when_its_time_is_over_is_not_tried_again(bench: Bench):
    batch = bench.create(request("a"))
    bench.blobs.path(batch.input_file_id).unlink()
    bench.clock.seconds += 24 * 3600

    assert BatchWorkers(bench.work())._work_on_next()
    assert bench.batches.find(batch.id).status == BatchStatus.FAILED


def test_full_disk_is_waited_for_however_long_that_takes(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    batch = bench.create(request("a"))
    workers = BatchWorkers(bench.work())
    with monkeypatch.context() as patch:
        patch.setattr(bench.blobs, "new", raise_full)
        for _ in range(5):
            with pytest.raises(StorageFull):
                workers._work_on_next()

    assert ended_by_workers(bench, batch).status == BatchStatus.COMPLETED
